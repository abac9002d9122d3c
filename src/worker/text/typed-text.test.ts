import { describe, expect, it } from 'vitest';
import { checkTypedText, LONGEST_TEXT } from './typed-text.ts';

const invalid = expect.objectContaining({
  failure: expect.objectContaining({ code: 'text-invalid' }),
});

describe('checkTypedText', () => {
  it.each(['', ' ', '\n\t\u00a0', '\u200b\u202e\u2066', '\u0000\u0007', '\ufeff'])(
    'refuses what cannot be seen: %j',
    (text) => expect(() => checkTypedText(text)).toThrow(invalid),
  );

  it.each(['😀', 'שלום', '日本', '<script>', '\ufffd', '.', 'a\u0000b'])('takes %j', (text) => {
    expect(checkTypedText(text)).toBe(text);
  });

  it('makes lone surrogates U+FFFD and leaves pairs', () => {
    expect(checkTypedText('a\ud83dx\ude00 \ud83d\ude00')).toBe('a\ufffdx\ufffd \ud83d\ude00');
  });

  it('counts characters, not UTF-16 units', () => {
    expect(() => checkTypedText('😀'.repeat(LONGEST_TEXT))).not.toThrow();
    expect(() => checkTypedText('a'.repeat(LONGEST_TEXT + 1))).toThrow(invalid);
  });

  it('refuses a huge paste at once, with the limit in words', () => {
    const start = performance.now();
    expect(() => checkTypedText('x '.repeat(50_000_00))).toThrow(/at most 2,000 characters/);
    expect(performance.now() - start).toBeLessThan(100);
  });
});
