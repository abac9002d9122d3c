import { describe, expect, it } from 'vitest';
import { isSafePattern } from './safe-pattern.ts';
import { SubwordTokenizer } from './tokenizer.ts';

describe('isSafePattern', () => {
  it.each([
    String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
    String.raw`(?i:'s|'t|'re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+`,
    '(ab)+',
    String.raw`\(a+\)+`,
    '[(a+)+]+',
    '(?:a{1,3}){2}',
    '(a+){1,3}',
  ])('lets %s pass', (pattern) => expect(isSafePattern(pattern)).toBe(true));

  it.each([
    '(a+)+$',
    '(a*)*b',
    '(?:x+x+)+y',
    '((a+)b?)*',
    '(a|a)*c',
    '((a|b))+',
    '(.{2,})*',
    'a'.repeat(6000),
  ])('holds %s back', (pattern) => expect(isSafePattern(pattern)).toBe(false));

  it('keeps a tokenizer from being built of one', () => {
    const file = {
      model: { type: 'BPE', vocab: { a: 0, '</s>': 1 }, merges: [] },
      pre_tokenizer: { type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated' },
    };
    expect(() => SubwordTokenizer.parse(JSON.stringify(file), 1, 10)).toThrow(
      'A pattern of the tokenizer could take for ever, and is refused.',
    );
  });
});
