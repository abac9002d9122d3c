/** The backends that run in Node: `cpu`, and `wasm` on one thread with SIMD and our kernels. */
import '@tensorflow/tfjs-backend-cpu';

import { join } from 'node:path';

import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

import { startNodeKernels } from './node-kernels.ts';

const WASM_FILES = join(
  import.meta.dirname,
  '../../node_modules/@tensorflow/tfjs-backend-wasm/dist/',
);

export const NODE_BACKENDS = ['cpu', 'wasm'] as const;

/** @throws Error if the backend did not start */
export async function useNodeBackend(backend: (typeof NODE_BACKENDS)[number]): Promise<void> {
  setWasmPaths(WASM_FILES);
  await tf.setBackend(backend);
  await tf.ready();
  if (tf.getBackend() !== backend) throw new Error(`The backend ${backend} did not start.`);
  if (backend === 'wasm') startNodeKernels();
}
