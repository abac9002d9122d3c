/** A page whose workers hold our kernels against tfjs's own. */
import type { Teamwork } from '../../src/worker/kernels/webgpu/kernel-backend.ts';
import type { KernelComparison } from '../harness/webgpu-kernels.ts';

export interface KernelParity {
  /** What the backend runs on. */
  readonly detail: string;
  /** The largest difference for each kernel, over sizes large enough for threads, and small ones. */
  readonly differences: Readonly<Record<string, number>>;
}

/** What a browser may lack: Safari has no relaxed SIMD, older ones have no SIMD. */
export type Lacking = 'nothing' | 'relaxed SIMD' | 'SIMD';

declare global {
  /** On wasm, started as the engine does in a browser that lacks this. */
  var kernelParity: (lacking: Lacking) => Promise<KernelParity>;
  var compareWebGpuKernels: (teamwork: Teamwork) => Promise<KernelComparison>;
}

function ask<T>(worker: Worker, question: unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<T>) => resolve(data), {
      once: true,
    });
    worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
    worker.postMessage(question, { transfer: [] });
  });
}

globalThis.kernelParity = (lacking) =>
  ask(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }), lacking);

globalThis.compareWebGpuKernels = (teamwork) =>
  ask(new Worker(new URL('./webgpu-worker.ts', import.meta.url), { type: 'module' }), teamwork);
