import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { activate } from './activation.ts';
import { gelu, geluByErf, geluBySigmoid } from './gelu.ts';
import { layerNorm } from './layer-norm.ts';
import { prepareAttention, selfAttention } from './self-attention.ts';
import { dispose, tensorsIn, tidy } from './tensors.ts';

/** erf by its Maclaurin series, which converges everywhere and loses nothing below 3. */
function erf(x: number): number {
  if (Math.abs(x) > 3.9) return Math.sign(x) * (1 - 3.4e-8);
  let sum = 0;
  let term = x;
  for (let n = 0; n < 200; n++) {
    sum += term / (2 * n + 1);
    term *= (-x * x) / (n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const INPUTS = Float32Array.from({ length: 2001 }, (_, index) => (index - 1000) / 180);
const EXTREMES = Float32Array.of(0, -0, 1e-30, 20, -20, 1e4, -1e4);

function exactGelu(index: number): number {
  const x = INPUTS[index] ?? NaN;
  return 0.5 * x * (1 + erf(x / Math.SQRT2));
}

function largestDifference(actual: ArrayLike<number>, expected: (index: number) => number): number {
  return Math.max(...Array.from(actual, (value, index) => Math.abs(value - expected(index))));
}

describe.each(NODE_BACKENDS)('kernels on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it.each([
    ['the form in use', gelu],
    ['by erf', geluByErf],
    ['by sigmoid', geluBySigmoid],
  ])('gelu is x · Φ(x): %s', (_, compute) => {
    const values = tf.tidy(() => compute(tf.tensor1d(INPUTS)).dataSync());
    expect(largestDifference(values, exactGelu)).toBeLessThan(1e-6);
    const limits = tf.tidy(() => compute(tf.tensor1d(EXTREMES)).dataSync());
    expect(largestDifference(limits, (index) => Math.max(0, EXTREMES[index] ?? NaN))).toBeLessThan(
      1e-6,
    );
  });

  it('the other activations follow their formulas', () => {
    const formulas = {
      gelu_new: (x: number) =>
        0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
      quick_gelu: (x: number) => x / (1 + Math.exp(-1.702 * x)),
      relu: (x: number) => Math.max(0, x),
    } as const;
    for (const name of ['gelu_new', 'quick_gelu', 'relu'] as const) {
      const values = tf.tidy(() => activate(tf.tensor1d(INPUTS), name).dataSync());
      const exact = (index: number): number => formulas[name](INPUTS[index] ?? NaN);
      expect(largestDifference(values, exact)).toBeLessThan(2e-6);
    }
  });

  it('layer normalisation holds for rows far from zero', () => {
    const rows = tf.tensor2d([1000, 1001, 1002, 1003, -5, -5, -5, -5], [2, 4]);
    const norm = { scale: tf.tensor1d([1, 1, 2, 1]), shift: tf.tensor1d([0, 0, 0, 7]), epsilon: 0 };
    const result = tidy(() => layerNorm(rows, { ...norm, epsilon: 1e-12 }));
    const step = 1 / Math.sqrt(1.25);
    const expected = [-1.5 * step, -0.5 * step, step, 1.5 * step + 7, 0, 0, 0, 7];
    expect(largestDifference(result.dataSync(), (index) => expected[index] ?? NaN)).toBeLessThan(
      1e-5,
    );
    dispose([rows, norm, result]);
  });

  it.each([
    [7, 3, 8, true],
    [1, 1, 4, true],
    [5, 2, 1, false],
  ])(
    'both forms of attention agree: %i tokens, %i heads of %i, bias %s',
    (tokenCount, headCount, headSize, hasBias) => {
      const width = headCount * headSize;
      const before = tf.memory().numTensors;
      const hidden = tf.randomNormal<tf.Rank.R2>([tokenCount, width], 0, 3, 'float32', 1);
      const linear = (seed: number) => ({
        weight: tf.randomNormal<tf.Rank.R2>([width, width], 0, 1, 'float32', seed),
        bias: hasBias ? tf.randomNormal<tf.Rank.R1>([width], 0, 1, 'float32', seed + 1) : null,
      });
      const projections = { query: linear(2), key: linear(4), value: linear(6), headCount };
      const forms = (['batched', 'per-head'] as const).map((form) => {
        const weights = prepareAttention(projections, form);
        return { weights, ...selfAttention(hidden, weights) };
      });
      const [batched, perHead] = forms;
      if (batched === undefined || perHead === undefined)
        throw new Error('Two forms are compared.');
      for (const part of ['probs', 'context'] as const) {
        expect(perHead[part].shape).toEqual(batched[part].shape);
        const other = batched[part].dataSync();
        expect(
          largestDifference(perHead[part].dataSync(), (index) => other[index] ?? NaN),
        ).toBeLessThan(2e-5);
      }
      const sums = tf.tidy(() => tf.sum(perHead.probs, 2).dataSync());
      for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
      expect(perHead.probs.shape).toEqual([headCount, tokenCount, tokenCount]);
      dispose([hidden, projections, forms]);
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  it('attention survives scores that overflow an exponential', () => {
    const identity = tf.eye(2);
    const projection = { weight: identity, bias: null };
    const weights = prepareAttention(
      { query: projection, key: projection, value: projection, headCount: 1 },
      'per-head',
    );
    const hidden = tf.tensor2d([200, 0, 0, -200], [2, 2]);
    const result = selfAttention(hidden, weights);
    expect([...result.probs.dataSync()]).toEqual([1, 0, 0, 1]);
    dispose([identity, weights, hidden, result]);
  });
});

describe('tidy', () => {
  it('keeps the tensors of its result, however deep, and no others', () => {
    const before = tf.memory().numTensors;
    const result = tidy(() => {
      tf.scalar(1);
      return { a: [tf.scalar(2)], b: { c: tf.scalar(3), d: null }, e: 4 };
    });
    expect(tensorsIn(result)).toHaveLength(2);
    expect(tf.memory().numTensors).toBe(before + 2);
    dispose(result);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('disposes of everything when the work throws', () => {
    const before = tf.memory().numTensors;
    expect(() =>
      tidy(() => {
        tf.scalar(1);
        throw new Error('stop');
      }),
    ).toThrow('stop');
    expect(tf.memory().numTensors).toBe(before);
  });
});
