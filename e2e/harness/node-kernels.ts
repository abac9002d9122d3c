/** Our wasm kernels in Node: read from the repository, without threads. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';

import { installKernels } from '../../src/worker/kernels/wasm/install-kernels.ts';
import { SingleThread } from '../../src/worker/kernels/wasm/kernel-runner.ts';
import { type WasmKernels, kernelsOf } from '../../src/worker/kernels/wasm/wasm-kernels.ts';
import { heapOf, isWasmBackend } from '../../src/worker/kernels/wasm/wasm-heap.ts';

const BUILT = join(import.meta.dirname, '../../src/worker/kernels/wasm/built');

export function kernelFile(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(BUILT, name)));
}

/**
 * The kernels of the wasm backend in use.
 * @throws Error if that is another backend
 */
export function startNodeKernels(): WasmKernels {
  const backend = tf.backend();
  if (!isWasmBackend(backend)) throw new Error('The wasm backend is not in use.');
  const module = new WebAssembly.Module(kernelFile('kernels-simd.wasm'));
  return kernelsOf(backend) ?? installKernels(backend, new SingleThread(module, heapOf(backend)));
}
