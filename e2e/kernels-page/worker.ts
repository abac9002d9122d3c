import * as tf from '@tensorflow/tfjs-core';
import { wasmFiles } from '../../src/worker/backend/wasm-files.ts';
import { startWasm } from '../../src/worker/backend/wasm.ts';
import { gelu } from '../../src/worker/kernels/gelu.ts';
import { layerNorm } from '../../src/worker/kernels/layer-norm.ts';
import { prepareAttention, selfAttention } from '../../src/worker/kernels/self-attention.ts';
import { withoutKernels } from '../../src/worker/kernels/wasm/wasm-kernels.ts';
import type { KernelParity } from './page.ts';

const matrix = (rows: number, columns: number, deviation: number, seed: number): tf.Tensor2D =>
  tf.randomNormal<tf.Rank.R2>([rows, columns], 0, deviation, 'float32', seed);

/** Many times, since threads meet each other differently each time. */
const REPEATS = 20;

function largestDifference(compute: () => tf.Tensor): number {
  const expected = withoutKernels(tf.backend(), () => tf.tidy(() => compute().dataSync()));
  let largest = 0;
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const values = tf.tidy(() => compute().dataSync());
    for (const [index, value] of values.entries())
      largest = Math.max(largest, Math.abs(value - (expected[index] ?? NaN)));
  }
  return largest;
}

async function measure(): Promise<KernelParity> {
  const { info } = await startWasm(wasmFiles);
  const differences: Record<string, number> = {};
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

self.addEventListener('message', () => {
  void measure().then(
    (parity) => self.postMessage(parity, { transfer: [] }),
    (error: unknown) =>
      // Outside the promise, so that it reaches the page as the worker's error.
      setTimeout(() => {
        throw error instanceof Error ? error : new Error(String(error));
      }),
  );
});
