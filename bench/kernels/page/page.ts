import type { Asked, KernelsPage } from './kernels.d.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** The worker answers a question with what that is about: see `Asked`. */
function ask<T>(asked: Asked): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('message', ({ data }: MessageEvent<T>) => resolve(data), {
      once: true,
    });
    worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
    worker.postMessage(asked, { transfer: [] });
  });
}

const page: KernelsPage = {
  measure: (size, rounds) => ask({ kind: 'product', size, rounds }),
  measureLayer: (size, rounds) => ask({ kind: 'layer', size, rounds }),
};

globalThis.kernels = page;
