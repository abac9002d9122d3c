/** A page whose worker holds our wasm kernels against tfjs's own, started as the engine does. */

export interface KernelParity {
  /** What the backend runs on. */
  readonly detail: string;
  /** The largest difference for each kernel, over sizes large enough for threads, and small ones. */
  readonly differences: Readonly<Record<string, number>>;
}

declare global {
  var kernelParity: () => Promise<KernelParity>;
}

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

globalThis.kernelParity = () =>
  new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<KernelParity>) => resolve(data), {
      once: true,
    });
    worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
    worker.postMessage('start', { transfer: [] });
  });
