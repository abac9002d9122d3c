import { expect, it } from 'vitest';
import { formatPercent, formatPoints, formatValue } from './format-number.ts';

it.each([
  [0, '0'],
  [1, '1'],
  [0.0832, '0.0832'],
  [0.1, '0.1'],
  [12.345, '12.3'],
  [1234, '1230'],
  [0.00390625, '0.00391'],
  [0.00001234, '1.23×10⁻⁵'],
  [2e9, '2×10⁹'],
  [-0.5, '−0.5'],
  [Number.NaN, 'not a number'],
  [Number.NEGATIVE_INFINITY, '−∞'],
])('writes %d as %s', (value, text) => {
  expect(formatValue(value)).toBe(text);
});

it('writes shares in percent', () => {
  expect(formatPercent(0.6123)).toBe('61.2 %');
});

it.each([
  [0.031, '+3.1'],
  [-0.5, '−50.0'],
  [0, '0.0'],
  [-0.0004, '0.0'],
])('writes the difference %d in percentage points as %s', (difference, text) => {
  expect(formatPoints(difference)).toBe(text);
});
