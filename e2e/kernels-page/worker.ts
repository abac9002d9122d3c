import * as tf from '@tensorflow/tfjs-core';
import { wasmFiles } from '../../src/worker/backend/wasm-files.ts';
import { startWasm } from '../../src/worker/backend/wasm.ts';
import { gelu } from '../../src/worker/kernels/gelu.ts';
import { layerNorm } from '../../src/worker/kernels/layer-norm.ts';
import { prepareAttention, selfAttention } from '../../src/worker/kernels/self-attention.ts';
import { withoutKernels } from '../../src/worker/kernels/wasm/wasm-kernels.ts';
import type { KernelParity, Lacking } from './page.ts';

const matrix = (rows: number, columns: number, deviation: number, seed: number): tf.Tensor2D =>
  tf.randomNormal<tf.Rank.R2>([rows, columns], 0, deviation, 'float32', seed);

/** Many times, since threads meet each other differently each time; fewer of each fallback. */
const REPEATS: Readonly<Record<Lacking, number>> = { nothing: 20, 'relaxed SIMD': 4, SIMD: 1 };

/** `f32x4.relaxed_madd` */
const RELAXED_INSTRUCTION = [253, 133, 2];

/** Makes this worker's browser one that calls such modules invalid, before anything asks it. */
function takeAway(lacking: Lacking): void {
  if (lacking === 'nothing') return;
  const { validate } = WebAssembly;
  WebAssembly.validate = (source) => {
    const bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
    const isRelaxed = bytes.some((_, start) =>
      RELAXED_INSTRUCTION.every((byte, index) => bytes[start + index] === byte),
    );
    // Every probe that is not of relaxed SIMD is of SIMD.
    return lacking === 'SIMD' || isRelaxed ? false : validate(source);
  };
}

/** How far a product is from its definition, in double precision. */
function distanceFromDefinition(rows: number, inner: number, columns: number): number {
  const [a, b] = [matrix(rows, inner, 1, 1), matrix(inner, columns, inner ** -0.5, 2)];
  const [left, right] = [a.dataSync(), b.dataSync()];
  let largest = 0;
  for (const [index, value] of tf.matMul(a, b).dataSync().entries()) {
    const [row, column] = [Math.floor(index / columns), index % columns];
    let sum = 0;
    for (let k = 0; k < inner; k += 1)
      sum += (left[row * inner + k] ?? NaN) * (right[k * columns + column] ?? NaN);
    largest = Math.max(largest, Math.abs(value - sum));
  }
  return largest;
}

function largestDifferenceOf(compute: () => tf.Tensor, repeats: number): number {
  const expected = withoutKernels(tf.backend(), () => tf.tidy(() => compute().dataSync()));
  let largest = 0;
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const values = tf.tidy(() => compute().dataSync());
    for (let index = 0; index < expected.length; index += 1)
      largest = Math.max(largest, Math.abs((values[index] ?? NaN) - (expected[index] ?? NaN)));
  }
  return largest;
}

async function measure(lacking: Lacking): Promise<KernelParity> {
  takeAway(lacking);
  const { info } = await startWasm(wasmFiles);
  const largestDifference = (compute: () => tf.Tensor): number =>
    largestDifferenceOf(compute, REPEATS[lacking]);
  const differences: Record<string, number> = {
    'product and its definition': distanceFromDefinition(31, 300, 301),
  };
  for (const [rows, inner, columns] of [
    [257, 192, 575],
    [31, 300, 301],
    [5, 512, 1000],
    [1, 1024, 4001],
    [1, 7, 9],
  ] as const) {
    const [a, b] = [matrix(rows, inner, 1, 1), matrix(inner, columns, inner ** -0.5, 2)];
    differences[`product ${rows} × ${inner} × ${columns}`] = largestDifference(() =>
      tf.matMul(a, b),
    );
  }
  const hidden = matrix(257, 192, 1, 3);
  const projection = (seed: number) => ({
    weight: matrix(192, 192, 192 ** -0.5, seed),
    bias: null,
  });
  const weights = prepareAttention(
    { query: projection(4), key: projection(5), value: projection(6), headCount: 6 },
    'batched',
  );
  differences['weights of attention'] = largestDifference(
    () => selfAttention(hidden, weights).probs,
  );
  differences['mixed values'] = largestDifference(() => selfAttention(hidden, weights).context);
  const wide = matrix(257, 1501, 3, 7);
  differences['softmax'] = largestDifference(() => tf.softmax(wide));
  differences['gelu'] = largestDifference(() => gelu(wide));
  const norm = {
    scale: tf.ones<tf.Rank.R1>([1501]),
    shift: tf.zeros<tf.Rank.R1>([1501]),
    epsilon: 1e-6,
  };
  differences['layer normalisation'] = largestDifference(() => layerNorm(wide, norm));
  return { detail: info.detail, differences };
}

self.addEventListener('message', ({ data }: MessageEvent<Lacking>) => {
  void measure(data).then(
    (parity) => self.postMessage(parity, { transfer: [] }),
    (error: unknown) =>
      // Outside the promise, so that it reaches the page as the worker's error.
      setTimeout(() => {
        throw error instanceof Error ? error : new Error(String(error));
      }),
  );
});
