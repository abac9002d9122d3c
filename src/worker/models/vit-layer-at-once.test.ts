import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { startNodeKernels } from '../../../e2e/harness/node-kernels.ts';
import type { Activation } from '../checkpoint/config.ts';
import { allTokens } from '../kernels/edited-weights.ts';
import { prepareAttention } from '../kernels/self-attention.ts';
import { dispose } from '../kernels/tensors.ts';
import { type WasmKernels, withoutKernels } from '../kernels/wasm/wasm-kernels.ts';
import { canRunAtOnce } from './vit-layer-at-once.ts';
import { runLayer } from './vit-layer.ts';
import type { VitLayerWeights } from './vit-weights.ts';

let kernels: WasmKernels;

beforeAll(async () => {
  await useNodeBackend('wasm');
  kernels = startNodeKernels();
});

interface Shape {
  readonly tokenCount: number;
  readonly headCount: number;
  readonly headSize: number;
  readonly width: number;
  readonly inner: number;
  readonly hasBias?: boolean;
}

let seed = 1;
const matrix = (rows: number, columns: number): tf.Tensor2D =>
  tf.tidy(() => tf.randomNormal<tf.Rank.R2>([rows, columns], 0, 1, 'float32', seed++));
const vector = (size: number, mean = 0): tf.Tensor1D =>
  tf.randomNormal<tf.Rank.R1>([size], mean, 0.3, 'float32', seed++);

function makeLayer({ headCount, headSize, width, inner, hasBias = true }: Shape): VitLayerWeights {
  const linear = (from: number, to: number) => ({
    weight: tf.tidy(() => tf.mul<tf.Tensor2D>(matrix(from, to), from ** -0.5)),
    bias: hasBias ? vector(to) : null,
  });
  const norm = () => ({ scale: vector(width, 1), shift: vector(width), epsilon: 1e-6 });
  const mixed = headCount * headSize;
  const [query, key, value] = [linear(width, mixed), linear(width, mixed), linear(width, mixed)];
  const attention = prepareAttention({ query, key, value, headCount }, 'batched');
  dispose([query, key, value]);
  return {
    normBefore: norm(),
    attention,
    attentionOutput: linear(mixed, width),
    normAfter: norm(),
    intermediate: linear(width, inner),
    output: linear(inner, width),
  };
}

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const others = b.dataSync();
  return Math.max(...a.dataSync().map((value, index) => Math.abs(value - (others[index] ?? NaN))));
}

interface Asked {
  readonly activation: Activation;
  readonly setCount: number;
  readonly queryCount: number;
  readonly keptCount: number;
}

/** Runs a layer by the kernel and by plain operations, and expects the same. */
function expectSame(
  { tokenCount, width }: Shape,
  layer: VitLayerWeights,
  {
    activation = 'gelu',
    setCount = 1,
    queryCount = tokenCount,
    keptCount = queryCount,
  }: Partial<Asked> = {},
): void {
  expect(canRunAtOnce(layer.attention, activation)).toBe(true);
  const hidden = matrix(setCount * tokenCount, width);
  const before = tf.memory().numTensors;
  const sets = Array.from({ length: setCount }, () => allTokens(tokenCount));
  const tokens = { sets, queryCount, keptCount };
  const run = () => runLayer(hidden, layer, activation, null, tokens);
  const ours = run();
  const plain = withoutKernels(kernels.backend, run);
  expect(ours.hidden.shape).toEqual([setCount * keptCount, width]);
  expect(largestDifference(ours.probs, plain.probs)).toBeLessThan(2e-6);
  expect(largestDifference(ours.hidden, plain.hidden)).toBeLessThan(2e-5);
  dispose([ours, plain]);
  expect(tf.memory().numTensors).toBe(before);
  hidden.dispose();
}

const SHAPES: readonly (readonly [number, number, number, number, number])[] = [
  [1, 1, 1, 1, 1],
  [2, 1, 3, 5, 7],
  [5, 2, 4, 8, 16],
  [13, 3, 5, 15, 33],
  [50, 2, 8, 16, 770],
  [65, 4, 6, 20, 1537],
  [197, 3, 64, 192, 768],
];

describe('a block in one call', () => {
  it.each(SHAPES)(
    'of %i tokens, %i heads of %i, width %i, MLP of %i, is what plain operations give',
    (tokenCount, headCount, headSize, width, inner) => {
      const shape = { tokenCount, headCount, headSize, width, inner };
      const layer = makeLayer(shape);
      expectSame(shape, layer);
      dispose(layer);
    },
  );

  it('does without biases', () => {
    const shape = {
      tokenCount: 19,
      headCount: 2,
      headSize: 8,
      width: 24,
      inner: 40,
      hasBias: false,
    };
    const layer = makeLayer(shape);
    expectSame(shape, layer);
    dispose(layer);
  });

  it.each(['gelu_new', 'quick_gelu', 'relu'] as const)('activates by %s', (activation) => {
    const shape = { tokenCount: 21, headCount: 2, headSize: 7, width: 14, inner: 29 };
    const layer = makeLayer(shape);
    expectSame(shape, layer, { activation });
    dispose(layer);
  });

  it.each([
    [1, 60, 1],
    [1, 60, 2],
    [1, 1, 1],
    [1, 53, 20],
    [3, 60, 60],
    [4, 7, 7],
    [5, 60, 2],
  ])('of %i sets asks for %i tokens each and keeps %i', (setCount, queryCount, keptCount) => {
    const shape = { tokenCount: 60, headCount: 3, headSize: 8, width: 24, inner: 96 };
    const layer = makeLayer(shape);
    expectSame(shape, layer, { setCount, queryCount, keptCount });
    dispose(layer);
  });

  it('is left to plain operations for what the kernel does not know', () => {
    const shape = { tokenCount: 9, headCount: 2, headSize: 4, width: 8, inner: 12 };
    const layer = makeLayer(shape);
    expect(canRunAtOnce(layer.attention, 'swiglu')).toBe(false);
    expect(canRunAtOnce({ form: 'per-head', heads: [] }, 'gelu')).toBe(false);
    withoutKernels(kernels.backend, () =>
      expect(canRunAtOnce(layer.attention, 'gelu')).toBe(false),
    );
    dispose(layer);
  });
});
