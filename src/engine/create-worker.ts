/** The engine's worker, as Vite finds and bundles it. */
export function createWorker(): Worker {
  return new Worker(new URL('../worker/entry.ts', import.meta.url), {
    type: 'module',
    name: 'heed-engine',
  });
}
