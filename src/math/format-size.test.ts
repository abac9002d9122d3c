import { expect, it } from 'vitest';
import { bytesInWords } from './format-size.ts';

it('bytes have the largest unit that fits', () => {
  expect([12, 1200, 3_450_000, 1_260_000_000].map(bytesInWords)).toEqual([
    '12 bytes',
    '1.2 kB',
    '3.5 MB',
    '1.3 GB',
  ]);
});
