import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { allTokens, editedWeights, type HeadEdit, type WeightsEdit } from './edited-weights.ts';

const SCORES = [
  [0.5, -1, 2, 0.25],
  [3, 3.5, -2, 0],
  [0, 1, 0, -1],
];
const AXES = { queries: allTokens(3), keys: allTokens(4) };

function edit(weights: WeightsEdit | null, options: Partial<HeadEdit> = {}): HeadEdit {
  return { scale: 1, weights, hiddenKeys: [], cuts: [], ...options };
}

function apply(headEdit: HeadEdit, scores: number[][] = SCORES, axes = AXES): number[][] {
  const before = tf.memory().numTensors;
  const rows = tf.tidy(() => editedWeights(tf.tensor2d(scores), headEdit, axes).arraySync());
  expect(tf.memory().numTensors).toBe(before);
  return rows;
}

/** The softmax over the keys that are seen, in plain words. */
function softmaxOver(row: readonly number[], seen: readonly boolean[]): number[] {
  const exponentials = row.map((score, key) => (seen[key] ? Math.exp(score) : 0));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => (sum === 0 ? 0 : value / sum));
}

function expectClose(actual: number[][], expected: number[][]): void {
  expect(actual.length).toBe(expected.length);
  for (const [row, values] of expected.entries()) {
    expect(actual[row]?.length).toBe(values.length);
    for (const [key, value] of values.entries()) {
      expect(actual[row]?.[key], `row ${row}, key ${key}`).toBeCloseTo(value, 5);
    }
  }
}

const all = [true, true, true, true];

describe.each(NODE_BACKENDS)('edited weights on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it('without a change are the softmax', () => {
    expectClose(
      apply(edit(null)),
      SCORES.map((row) => softmaxOver(row, all)),
    );
  });

  it('leave out hidden keys and cut edges, and share the rest', () => {
    const rows = apply(edit(null, { hiddenKeys: [2], cuts: [{ query: 1, key: 0 }] }));
    expectClose(rows, [
      softmaxOver(SCORES[0] ?? [], [true, true, false, true]),
      softmaxOver(SCORES[1] ?? [], [false, true, false, true]),
      softmaxOver(SCORES[2] ?? [], [true, true, false, true]),
    ]);
  });

  it('share among keys whose weights had underflowed', () => {
    const rows = apply(edit(null, { hiddenKeys: [0] }), [[500, 1, 1, 1]], {
      queries: allTokens(1),
      keys: allTokens(4),
    });
    expectClose(rows, [[0, 1 / 3, 1 / 3, 1 / 3]]);
  });

  it.each<WeightsEdit | null>([
    null,
    { kind: 'uniform' },
    { kind: 'one-hot' },
    { kind: 'permuted', seed: 3 },
    { kind: 'temperature', temperature: 1e-6 },
  ])('of a query that sees no key are zeros: %j', (weights) => {
    const rows = apply(edit(weights, { hiddenKeys: [0, 1, 2, 3] }));
    expect(rows.flat()).toEqual(Array.from({ length: 12 }, () => 0));
  });

  it('uniform: the same for each key that is seen', () => {
    expectClose(apply(edit({ kind: 'uniform' }, { cuts: [{ query: 0, key: 3 }] })), [
      [1 / 3, 1 / 3, 1 / 3, 0],
      [0.25, 0.25, 0.25, 0.25],
      [0.25, 0.25, 0.25, 0.25],
    ]);
  });

  it('one-hot: the largest that is seen', () => {
    expectClose(apply(edit({ kind: 'one-hot' }, { cuts: [{ query: 0, key: 2 }] })), [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 1, 0, 0],
    ]);
  });

  it.each([0.25, 1, 4])('temperature %d divides the scores', (temperature) => {
    expectClose(
      apply(edit({ kind: 'temperature', temperature })),
      SCORES.map((row) =>
        softmaxOver(
          row.map((score) => score / temperature),
          all,
        ),
      ),
    );
  });

  it('the lowest temperature is hard attention, the highest uniform', () => {
    expectClose(
      apply(edit({ kind: 'temperature', temperature: 1e-6 })),
      apply(edit({ kind: 'one-hot' })),
    );
    expectClose(
      apply(edit({ kind: 'temperature', temperature: 1e6 })),
      apply(edit({ kind: 'uniform' })),
    );
  });

  it('permuted: each row holds its own weights in another order, and hidden keys stay at 0', () => {
    const plain = apply(edit(null, { hiddenKeys: [1] }));
    const rows = apply(edit({ kind: 'permuted', seed: 5 }, { hiddenKeys: [1] }));
    for (const [row, values] of rows.entries()) {
      expect(values[1]).toBe(0);
      expect(values.toSorted()).toEqual(plain[row]?.toSorted());
    }
    expect(rows).not.toEqual(plain);
    const other = apply(edit({ kind: 'permuted', seed: 6 }, { hiddenKeys: [1] }));
    expect(other).not.toEqual(rows);
    expect(apply(edit({ kind: 'permuted', seed: 5 }, { hiddenKeys: [1] }))).toEqual(rows);
  });

  it('permuted: the same whether a hidden key stands in the matrix or not', () => {
    const rows = apply(edit({ kind: 'permuted', seed: 5 }, { hiddenKeys: [1] }));
    const shorter = apply(
      edit({ kind: 'permuted', seed: 5 }),
      SCORES.map(([a = 0, , c = 0, d = 0]) => [a, c, d]),
      { queries: allTokens(3), keys: Int32Array.of(0, 2, 3) },
    );
    expectClose(
      shorter,
      rows.map(([a = 0, , c = 0, d = 0]) => [a, c, d]),
    );
  });

  it('fixed: the rows and columns of the tokens that are there, shared out again', () => {
    const probs = tf.tensor3d([
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
      [
        [0.5, 0.25, 0.25],
        [0.1, 0.2, 0.7],
        [0, 1, 0],
      ],
    ]);
    const weights: WeightsEdit = { kind: 'fixed', probs, head: 1 };
    const square = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ];
    const whole = { queries: allTokens(3), keys: allTokens(3) };
    expectClose(apply(edit(weights), square, whole), [
      [0.5, 0.25, 0.25],
      [0.1, 0.2, 0.7],
      [0, 1, 0],
    ]);
    const part = { queries: Int32Array.of(0, 2), keys: Int32Array.of(0, 2) };
    expectClose(
      apply(
        edit(weights),
        [
          [1, 2],
          [3, 4],
        ],
        part,
      ),
      [
        [2 / 3, 1 / 3],
        [0, 0],
      ],
    );
    probs.dispose();
  });
});
