/** Our WebGPU kernels beside tfjs's own plain operations, on shapes of every kind. */
import * as tf from '@tensorflow/tfjs-core';

import { createRandom } from '../../src/math/seeded-random.ts';
import { ONE_QUERY, runKernel } from '../../src/worker/kernels/custom-kernel.ts';
import { gelu, geluByErf } from '../../src/worker/kernels/gelu.ts';
import { addAndNormalize, layerNorm, plainLayerNorm } from '../../src/worker/kernels/layer-norm.ts';
import { activeLinear, addLinear, linear } from '../../src/worker/kernels/linear.ts';
import { prepareAttention, selfAttention } from '../../src/worker/kernels/self-attention.ts';
import { dispose } from '../../src/worker/kernels/tensors.ts';
import { withoutKernels } from '../../src/worker/kernels/webgpu/kernel-backend.ts';

/** A kernel with a shape, and the largest difference from plain operations. */
export type Differences = Record<string, number>;

let seed = 1;
const normal = <R extends tf.Rank>(shape: tf.ShapeMap[R], deviation = 1): tf.Tensor<R> =>
  tf.randomNormal<R>(shape, 0, deviation, 'float32', (seed += 1));
const matrix = (rows: number, columns: number, deviation = 1): tf.Tensor2D =>
  normal<tf.Rank.R2>([rows, columns], deviation);
const vector = (size: number): tf.Tensor1D => normal<tf.Rank.R1>([size]);

async function difference(
  compute: () => tf.Tensor,
  plain: () => tf.Tensor = compute,
): Promise<number> {
  const ours = tf.tidy(compute);
  const expected = withoutKernels(tf.backend(), () => tf.tidy(plain));
  try {
    if (ours.shape.join() !== expected.shape.join()) return Infinity;
    const [values, others] = await Promise.all([ours.data(), expected.data()]);
    let largest = 0;
    for (const [index, value] of values.entries()) {
      const distance = Math.abs(value - (others[index] ?? NaN));
      // A comparison with NaN is false.
      if (!(distance <= largest)) largest = distance;
    }
    return largest;
  } finally {
    dispose([ours, expected]);
  }
}

/** Every way to read and to write, few rows and many, and edges on all sides. */
const PRODUCTS: [rows: number, inner: number, columns: number][] = [
  [1, 512, 1001],
  [2, 7, 5],
  [4, 128, 36],
  [7, 9, 11],
  [31, 33, 36],
  [65, 100, 44],
  [257, 192, 207],
];

async function compareProducts(random: () => number, differences: Differences): Promise<void> {
  const size = (): number => 1 + Math.floor(random() * 70);
  const shapes = [
    ...PRODUCTS,
    ...Array.from({ length: 3 }, () => [size(), size(), size()] as const),
  ];
  for (const [index, [rows, inner, columns]] of shapes.entries()) {
    const x = matrix(rows, inner);
    const weights = { weight: matrix(inner, columns, inner ** -0.5), bias: vector(columns) };
    const added = matrix(rows, columns);
    const name = `${rows} × ${inner} × ${columns}`;
    const forms: [string, () => tf.Tensor][] = [
      ['product', () => linear(x, { weight: weights.weight, bias: null })],
      ['linear', () => linear(x, weights)],
      ['linear, residual', () => addLinear(added, x, weights)],
      ['linear, gelu', () => activeLinear(x, weights, 'gelu')],
    ];
    // Each costs a shader: two of them in turn.
    for (const [form, compute] of forms.filter((_, at) => at % 2 === index % 2))
      differences[`${form} ${name}`] = await difference(compute);
    dispose([x, weights, added]);
  }
  for (const [batch, rows, inner, columns] of [
    [3, 5, 6, 7],
    [2, 33, 12, 40],
  ] as const) {
    const a = normal<tf.Rank.R3>([batch, rows, inner]);
    const b = normal<tf.Rank.R3>([batch, inner, columns]);
    const shared = normal<tf.Rank.R3>([1, inner, columns]);
    const name = `${batch} × ${rows} × ${inner} × ${columns}`;
    differences[`batched product ${name}`] = await difference(() => tf.matMul(a, b));
    const turned = normal<tf.Rank.R3>([batch, columns, inner]);
    differences[`product with a transposed factor ${name}`] = await difference(() =>
      tf.matMul(a, turned, false, true),
    );
    differences[`product with one factor ${name}`] = await difference(() => tf.matMul(a, shared));
    dispose([a, b, shared, turned]);
  }
}

const ROWS: [rows: number, width: number][] = [
  [1, 1],
  [5, 4],
  [3, 1023],
  [257, 192],
];

async function compareRows(differences: Differences): Promise<void> {
  for (const [rows, width] of ROWS) {
    const [x, added] = [matrix(rows, width, 3), matrix(rows, width)];
    const norm = { scale: vector(width), shift: vector(width), epsilon: 1e-5 };
    const name = `${rows} × ${width}`;
    differences[`layer norm ${name}`] = await difference(
      () => layerNorm(x, norm),
      () => plainLayerNorm(x, norm),
    );
    differences[`layer norm of a sum ${name}`] = await difference(
      () => addAndNormalize(x, added, norm),
      () => plainLayerNorm(tf.add(x, added), norm),
    );
    differences[`softmax ${name}`] = await difference(() => tf.softmax(x));
    differences[`gelu ${name}`] = await difference(
      () => gelu(x),
      () => geluByErf(x),
    );
    dispose([x, added, norm]);
  }
  const extreme = tf.tensor2d([1000, 0, -1000, 1000, -1e9, -1e9, -1e9, 3, -1e9, -1e9], [2, 5]);
  differences['softmax of scores that overflow'] = await difference(() => tf.softmax(extreme));
  const limits = tf.tensor1d([0, -0, 1e-30, 20, -20, 1e4, -1e4, 1e30, -1e30]);
  differences['gelu of extremes'] = await difference(
    () => gelu(limits),
    () => tf.relu(limits),
  );
  dispose([extreme, limits]);
}

const ATTENTION: [tokens: number, heads: number, size: number][] = [
  [1, 1, 1],
  [9, 2, 8],
  [49, 3, 33],
  [197, 3, 64],
];

async function compareAttention(differences: Differences): Promise<void> {
  for (const [tokens, headCount, size] of ATTENTION) {
    const width = headCount * size;
    const hidden = matrix(tokens, width);
    const projection = () => ({ weight: matrix(width, width, width ** -0.5), bias: vector(width) });
    const parts = { query: projection(), key: projection(), value: projection(), headCount };
    const weights = prepareAttention(parts, 'batched');
    for (const part of ['probs', 'context'] as const) {
      const name = `attention’s ${part}, ${tokens} tokens, ${headCount} heads of ${size}`;
      differences[name] = await difference(() => selfAttention(hidden, weights)[part]);
    }
    dispose([hidden, parts, weights]);
  }
  for (const [groups, keyCount, seenCount, size] of [
    [6, 33, 33, 7],
    [24, 96, 65, 64],
  ] as const) {
    const query = normal<tf.Rank.R3>([groups, 1, size], size ** -0.5);
    const keys = normal<tf.Rank.R3>([groups, keyCount, size]);
    const values = normal<tf.Rank.R3>([groups, keyCount, size]);
    const run = (): [tf.Tensor, tf.Tensor] =>
      runKernel<[tf.Tensor, tf.Tensor]>(ONE_QUERY, { query, keys, values }, { seenCount });
    const plain = (): [tf.Tensor, tf.Tensor] => {
      const mask = Array.from({ length: keyCount }, (_, key) => (key < seenCount ? 0 : -1e9));
      const probs = tf.softmax(tf.add(tf.matMul(query, keys, false, true), mask));
      return [probs, tf.matMul(probs, values)];
    };
    for (const part of [0, 1] as const) {
      const name = `one query’s ${part === 0 ? 'weights' : 'values'}, ${groups} groups, ${seenCount} of ${keyCount} keys of ${size}`;
      differences[name] = await difference(
        () => run()[part],
        () => plain()[part],
      );
    }
    dispose([query, keys, values]);
  }
}

export interface KernelComparison {
  readonly differences: Differences;
  /** Tensors left over. */
  readonly leaked: number;
}

/** On the WebGPU backend in use, which has our kernels. */
export async function compareWebGpuKernels(): Promise<KernelComparison> {
  const before = tf.memory().numTensors;
  const differences: Differences = {};
  await compareProducts(createRandom(8), differences);
  await compareRows(differences);
  await compareAttention(differences);
  return { differences, leaked: tf.memory().numTensors - before };
}
