import type { KernelsPage, Timing } from './kernels.d.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

const page: KernelsPage = {
  measure: (size, rounds) =>
    new Promise((resolve, reject) => {
      worker.addEventListener('message', ({ data }: MessageEvent<Timing>) => resolve(data), {
        once: true,
      });
      worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
      worker.postMessage({ size, rounds }, { transfer: [] });
    }),
};

globalThis.kernels = page;
