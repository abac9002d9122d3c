/** Our wasm kernels in the production build, with threads and without, against tfjs's own. */
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../scripts/serve.mjs';
import type { KernelParity } from './kernels-page/page.ts';

declare global {
  var kernelParity: () => Promise<KernelParity>;
}

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const outDir = pathOf('../node_modules/.cache/heed/kernels-page');

/** Sums of some hundred products of numbers around 1. */
const BOUND = 1e-5;

test.beforeAll(() =>
  build({
    configFile: pathOf('../vite.config.ts'),
    root: pathOf('./kernels-page'),
    publicDir: false,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, reportCompressedSize: false },
  }),
);

for (const isIsolated of [true, false]) {
  test(`kernels equal tfjs’s ${isIsolated ? 'with' : 'without'} threads`, async ({ page }) => {
    test.setTimeout(120_000);
    const server = await serve({ root: outDir, isIsolated });
    try {
      await page.goto(server.address);
      const { detail, differences } = await page.evaluate(() => kernelParity());
      test.info().annotations.push({ type: 'parity', description: JSON.stringify(differences) });
      expect(detail).toMatch(
        isIsolated ? /^\d threads?, relaxed SIMD$/ : /^1 thread, relaxed SIMD$/,
      );
      for (const [kernel, difference] of Object.entries(differences))
        expect(difference, kernel).toBeLessThan(BOUND);
    } finally {
      await server.close();
    }
  });
}
