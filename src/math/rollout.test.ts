import { describe, expect, it } from 'vitest';

import { fuseHeads } from './fuse-heads.ts';
import { addResidual, discardLowest, normalizeRows, rollout } from './rollout.ts';

const PAPER = { discardRatio: 0, residualWeight: 0.5 };

/** Rows that sum to 1, from a small generator with a seed. */
function randomProbs(rowCount: number, keyCount: number, seed: number): Float32Array {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return normalizeRows(
    Float32Array.from({ length: rowCount * keyCount }, () => random() ** 4),
    keyCount,
  );
}

function rowSums(matrix: Float32Array, keyCount: number): number[] {
  return Array.from({ length: matrix.length / keyCount }, (_, row) =>
    matrix.subarray(row * keyCount, (row + 1) * keyCount).reduce((sum, value) => sum + value, 0),
  );
}

describe('rollout', () => {
  it('of the identity is the identity', () => {
    const identity = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    expect(rollout([identity, identity], PAPER)).toEqual(identity);
  });

  it('of one layer is that layer mixed with the identity', () => {
    const layer = Float32Array.of(0.2, 0.8, 0.6, 0.4);
    const mixed = rollout([layer], { discardRatio: 0, residualWeight: 0.25 });
    const expected = [0.4, 0.6, 0.45, 0.55];
    mixed.forEach((value, index) => expect(value).toBeCloseTo(expected[index] ?? NaN, 6));
  });

  it('multiplies the last layer from the left', () => {
    // Without residual: A₁ sends every query to key 0, A₂ every query to key 1.
    const first = Float32Array.of(1, 0, 1, 0);
    const last = Float32Array.of(0, 1, 0, 1);
    const options = { discardRatio: 0, residualWeight: 0 };
    expect(rollout([first, last], options)).toEqual(first);
    expect(rollout([last, first], options)).toEqual(last);
  });

  it.each([
    [0, 0.5],
    [0.3, 0.5],
    [0.9, 0.2],
    [0.99, 0],
    [0.5, 1],
  ])('has rows that sum to 1: discard %d, residual %d', (discardRatio, residualWeight) => {
    for (const fusion of ['mean', 'max', 'min'] as const) {
      const fused = [1, 2, 3, 4].map((seed) => fuseHeads(randomProbs(3 * 10, 10, seed), 3, fusion));
      for (const sum of rowSums(rollout(fused, { discardRatio, residualWeight }), 10)) {
        expect(sum).toBeCloseTo(1, 5);
      }
    }
  });

  it('with the residual alone is the identity', () => {
    const options = { discardRatio: 0, residualWeight: 1 };
    expect(rollout([randomProbs(2, 2, 1)], options)).toEqual(Float32Array.of(1, 0, 0, 1));
  });
});

describe('discardLowest', () => {
  it('zeroes the lowest keys of each row', () => {
    const rows = Float32Array.of(0.5, 0.01, 0.2, 0.29, 0.7, 0.1, 0.15, 0.05);
    const expected = Float32Array.of(0.5, 0, 0, 0.29, 0.7, 0, 0.15, 0);
    expect(discardLowest(rows, 4, 0.5)).toEqual(expected);
  });

  it('spares the first token, and no other in its place', () => {
    const row = Float32Array.of(0.01, 0.5, 0.2, 0.29);
    expect(discardLowest(row, 4, 0.5)).toEqual(Float32Array.of(0.01, 0.5, 0, 0.29));
  });

  it('takes the first of equal values', () => {
    const row = Float32Array.of(0.25, 0.25, 0.25, 0.25);
    expect([...discardLowest(row, 4, 0.75)]).toEqual([0.25, 0, 0, 0.25]);
  });

  it('changes nothing without a ratio, and never its argument', () => {
    const rows = Float32Array.of(0.4, 0.6, 0.5, 0.5);
    expect(discardLowest(rows, 2, 0)).toEqual(rows);
    discardLowest(rows, 2, 0.5);
    expect(rows).toEqual(Float32Array.of(0.4, 0.6, 0.5, 0.5));
  });
});

describe('normalizeRows', () => {
  it('sums along keys, not along queries', () => {
    expect([...normalizeRows(Float32Array.of(1, 3, 2, 2), 2)]).toEqual([0.25, 0.75, 0.5, 0.5]);
  });

  it('makes a row of zeros uniform', () => {
    expect([...normalizeRows(Float32Array.of(0, 0), 2)]).toEqual([0.5, 0.5]);
  });
});

describe('addResidual', () => {
  it('adds the weight to the diagonal', () => {
    expect([...addResidual(Float32Array.of(0.5, 0.5, 0.5, 0.5), 2, 0.5)]).toEqual([
      0.75, 0.25, 0.25, 0.75,
    ]);
  });
});

describe('fuseHeads', () => {
  const probs = Float32Array.of(0.25, 0.75, 0.75, 0.25);

  it('takes the mean, the maximum and the minimum over heads', () => {
    expect([...fuseHeads(probs, 2, 'mean')]).toEqual([0.5, 0.5]);
    expect([...fuseHeads(probs, 2, 'max')]).toEqual([0.75, 0.75]);
    expect([...fuseHeads(probs, 2, 'min')]).toEqual([0.25, 0.25]);
  });

  it('of one head is that head', () => {
    expect(fuseHeads(probs, 1, 'max')).toEqual(probs);
  });
});
