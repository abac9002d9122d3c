import { expect, it } from 'vitest';
import { toCsv } from './csv.ts';

it('writes a line for each row, numbers as they are', () => {
  expect(
    toCsv(
      ['share', 'p'],
      [
        [0, 0.5],
        [1, null],
      ],
    ),
  ).toBe('share,p\r\n0,0.5\r\n1,\r\n');
});

it('quotes what would break a line, and lets no text be a formula', () => {
  expect(toCsv(['a'], [['cup, "big"'], ['=1+1'], [Number.NaN]])).toBe(
    'a\r\n"cup, ""big"""\r\n\'=1+1\r\n\r\n',
  );
});
