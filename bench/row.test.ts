import { expect, it } from 'vitest';
import { formatFigures } from './format-figure.mjs';
import { ORT, type Row, inTurns, isMet, ratioOf } from './row.mjs';
import { rowTable, verdictOf } from './row-table.mjs';

const row: Row = {
  what: 'ViT-Ti/16 at 224',
  backend: 'wasm, 1 thread',
  unit: 'ms',
  heed: [40, 50, 45],
  against: { name: ORT, samples: [120, 100, 110] },
  goal: { atMost: 0.4, stretch: 0.3 },
};

function cells(line = ''): string[] {
  return line.split('|').map((cell) => cell.trim());
}

function write(value: number, unit: Row['unit']): string {
  return formatFigures({ p50: value, min: value, max: value }, unit);
}

it('measures in turns, and leaves the warm-up out', async () => {
  const order: string[] = [];
  const note = (name: string) => () => Promise.resolve(order.push(name));
  const { heed, other } = await inTurns({
    rounds: 2,
    warmUpCount: 1,
    heed: note('A'),
    other: note('B'),
  });
  expect(order.join('')).toBe('ABABAB');
  expect([heed, other]).toEqual([
    [3, 5],
    [4, 6],
  ]);
});

it('takes the ratio of the middles, and the spread of the rounds’ own ratios', () => {
  expect(ratioOf(row)).toEqual({ middle: 45 / 110, min: 40 / 120, max: 50 / 100 });
});

it('sets every round against a limit that does not vary', () => {
  const limited: Row = { ...row, heed: [10, 20, 30], against: { name: 'limit', samples: [40] } };
  expect(ratioOf(limited)).toEqual({ middle: 0.5, min: 0.25, max: 0.75 });
});

it('says whether a goal was met, to the bound itself', () => {
  expect(isMet({ atMost: 0.4 }, 0.4)).toBe(true);
  expect(isMet({ atMost: 0.4 }, 0.41)).toBe(false);
  expect(isMet({ atLeast: 2.5 }, 2.4)).toBe(false);
  expect(verdictOf(row)).toBe('≤ 0.4, missed');
  expect(verdictOf({ ...row, goal: { atMost: 0.5 } })).toBe('≤ 0.5, met');
  expect(verdictOf({ ...row, goal: { atMost: 0.5, stretch: 0.45 } })).toBe(
    '≤ 0.5, met, and the stretch goal 0.45',
  );
  expect(verdictOf({ ...row, against: null })).toBe('');
});

it('writes the columns of the comparison with the peer', () => {
  const [, , head, , body] = rowTable({ title: 'Vision', rows: [row] }).split('\n');
  expect(cells(head).slice(1, -1)).toEqual([
    'what',
    'backend',
    'Heed',
    'ONNX Runtime Web',
    'ratio Heed / ORT',
    'goal',
  ]);
  expect(cells(body).slice(1, -1)).toEqual([
    'ViT-Ti/16 at 224',
    'wasm, 1 thread',
    '45 (40 to 50) ms',
    '110 (100 to 120) ms',
    '0.41 (0.33 to 0.50)',
    '≤ 0.4, missed',
  ]);
});

it('names what a row stands beside where it is not the peer', () => {
  const kernel: Row = { ...row, unit: 'gflops', against: { name: 'tfjs', samples: [30] } };
  expect(rowTable({ title: 'Products', rows: [kernel] })).toContain('tfjs: 30 GFLOP/s');
});

it('writes figures with their unit, once', () => {
  expect(write(7.123, 'ms')).toBe('7.12 ms');
  expect(write(275.4, 'perSecond')).toBe('275 a second');
  expect(write(1_234_567, 'bytes')).toBe('1.23 MB');
  expect(write(999, 'bytes')).toBe('999 B');
  expect(write(12, 'count')).toBe('12');
  expect(formatFigures({ p50: 2e6, min: 999, max: 3e6 }, 'bytes')).toBe('2 (0.00 to 3) MB');
});
