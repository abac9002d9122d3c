import type { DecodingPage, Request } from './decoding.d.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** One call at a time. */
function ask<Result>(request: Request): Promise<Result> {
  return new Promise((resolve, reject) => {
    const controller = new AbortController();
    const once = { once: true, signal: controller.signal };
    const settle = (): void => controller.abort();
    worker.addEventListener(
      'message',
      ({ data }: MessageEvent<{ value: Result } | { error: string }>) => {
        settle();
        if ('error' in data) reject(new Error(data.error));
        else resolve(data.value);
      },
      once,
    );
    worker.addEventListener(
      'error',
      (event) => {
        settle();
        reject(new Error(event.message));
      },
      once,
    );
    worker.postMessage(request, { transfer: [] });
  });
}

const page: DecodingPage = {
  load: (options) => ask({ call: 'load', options }),
  measure: (side) => ask({ call: 'measure', side }),
};

globalThis.decoding = page;
