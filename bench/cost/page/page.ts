import type { CostPage, Request } from './cost.d.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), {
  type: 'module',
  name: 'cost',
});

/** One call at a time. */
function ask<Result>(request: Request): Promise<Result> {
  return new Promise((resolve, reject) => {
    worker.addEventListener(
      'message',
      ({ data }: MessageEvent<{ value: Result } | { error: string }>) => {
        if ('error' in data) reject(new Error(data.error));
        else resolve(data.value);
      },
      { once: true },
    );
    worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
    worker.postMessage(request, { transfer: [] });
  });
}

const page: CostPage = {
  load: (side, options) => ask({ call: 'load', side, options }),
  pass: () => ask({ call: 'pass' }),
  release: () => ask({ call: 'release' }),
  wasmBytes: () => ask({ call: 'wasmBytes' }),
};

globalThis.cost = page;
