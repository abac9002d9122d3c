/** Times matrix products in a worker, as the engine computes them: our kernels and tfjs's in turns. */
import * as tf from '@tensorflow/tfjs-core';
import { wasmFiles } from '../../../src/worker/backend/wasm-files.ts';
import { startWasm } from '../../../src/worker/backend/wasm.ts';
import { withoutKernels } from '../../../src/worker/kernels/wasm/wasm-kernels.ts';
import type { Asked, LayerSize, LayerTiming, Size, Timing } from './kernels.d.ts';
import { sampleLayer } from './layer.ts';

/** One sample takes at least so many multiplications, far more than the clock's step. */
const SAMPLE_WORK = 2e7;

const started = startWasm(wasmFiles);

async function measure({ rows, inner, columns, batch }: Size, rounds: number): Promise<Timing> {
  const { info } = await started;
  const batchShape = batch === 1 ? [] : [batch];
  const a = tf.randomNormal([...batchShape, rows, inner], 0, 1, 'float32', 1);
  const b = tf.randomNormal([...batchShape, inner, columns], 0, 1, 'float32', 2);
  const repeats = Math.ceil(SAMPLE_WORK / (batch * rows * inner * columns));
  const sample = (): number => {
    const begin = performance.now();
    for (let repeat = 0; repeat < repeats; repeat += 1) tf.matMul(a, b).dispose();
    return (performance.now() - begin) / repeats;
  };
  const plainSample = (): number => withoutKernels(tf.backend(), sample);
  const [heed, tfjs]: [number[], number[]] = [[], []];
  const warmUpCount = 3;
  for (let round = -warmUpCount; round < rounds; round += 1) {
    const [ours, plain] = [sample(), plainSample()];
    if (round < 0) continue;
    heed.push(ours);
    tfjs.push(plain);
  }
  tf.dispose([a, b]);
  return { detail: info.detail, heed, tfjs };
}

async function measureLayer(size: LayerSize, rounds: number): Promise<LayerTiming> {
  const { info } = await started;
  return { detail: info.detail, ...sampleLayer(size, rounds) };
}

function perform(asked: Asked): Promise<Timing | LayerTiming> {
  return asked.kind === 'product'
    ? measure(asked.size, asked.rounds)
    : measureLayer(asked.size, asked.rounds);
}

self.addEventListener('message', ({ data }: MessageEvent<Asked>) => {
  void perform(data).then(
    (timing) => self.postMessage(timing, { transfer: [] }),
    (error: unknown) =>
      // Outside the promise, so that it reaches the page as the worker's error.
      setTimeout(() => {
        throw error instanceof Error ? error : new Error(String(error));
      }),
  );
});
