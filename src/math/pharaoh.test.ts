import { describe, expect, it } from 'vitest';
import { formatPharaoh, parsePharaoh } from './pharaoh.ts';

describe('formatPharaoh', () => {
  it('puts the source first, from 0, in order', () => {
    const links = [
      { source: 2, target: 0 },
      { source: 0, target: 10 },
      { source: 0, target: 2 },
    ];
    expect(formatPharaoh(links)).toBe('0-2 0-10 2-0');
    expect(formatPharaoh([])).toBe('');
  });

  it('is read back', () => {
    const links = [
      { source: 0, target: 1 },
      { source: 3, target: 2 },
    ];
    expect(parsePharaoh(formatPharaoh(links)).sure).toEqual(links);
  });
});

describe('parsePharaoh', () => {
  it('knows sure and possible links, and files that count from 1', () => {
    const { sure, possible } = parsePharaoh(' 1-1 2?3  4-4P 5-2S\n', 1);
    expect(sure).toEqual([
      { source: 0, target: 0 },
      { source: 4, target: 1 },
    ]);
    expect(possible).toHaveLength(4);
    expect(possible[1]).toEqual({ source: 1, target: 2 });
  });

  it.each(['1', '1-', 'a-b', '1--2', '-1-2', '1-2X'])('refuses %s', (item) => {
    expect(() => parsePharaoh(item)).toThrow(SyntaxError);
  });

  it('refuses a position before the first', () => {
    expect(() => parsePharaoh('0-1', 1)).toThrow(/before the first/);
  });
});
