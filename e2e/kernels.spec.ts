/** Our kernels in the production build against tfjs's own: wasm with threads and without, WebGPU. */
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../scripts/serve.mjs';
import type { Teamwork } from '../src/worker/kernels/webgpu/kernel-backend.ts';
import type { KernelComparison } from './harness/webgpu-kernels.ts';
import type { KernelParity, Lacking } from './kernels-page/page.ts';

declare global {
  var kernelParity: (lacking: Lacking) => Promise<KernelParity>;
  var compareWebGpuKernels: (teamwork: Teamwork) => Promise<KernelComparison>;
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

/** What the header says where a browser lacks something. */
const details: Readonly<Record<Lacking, RegExp>> = {
  nothing: /threads?, relaxed SIMD$/,
  'relaxed SIMD': /threads?, SIMD$/,
  // tfjs has no threads without SIMD.
  SIMD: /^1 thread$/,
};

for (const isIsolated of [true, false]) {
  const threads = isIsolated ? 'with' : 'without';
  test(`kernels equal tfjs’s ${threads} threads, whatever SIMD there is`, async ({ page }) => {
    test.setTimeout(300_000);
    const server = await serve({ root: outDir, isIsolated });
    try {
      await page.goto(server.address);
      for (const lacking of ['nothing', 'relaxed SIMD', 'SIMD'] as const)
        await test.step(`lacking ${lacking}`, async () => {
          const { detail, differences } = await page.evaluate(
            (asked) => kernelParity(asked),
            lacking,
          );
          const description = JSON.stringify(differences);
          test.info().annotations.push({ type: 'parity', description });
          expect(detail).toMatch(details[lacking]);
          if (!isIsolated) expect(detail).toMatch(/^1 thread/);
          for (const [kernel, difference] of Object.entries(differences))
            expect(difference, kernel).toBeLessThan(BOUND);
        });
    } finally {
      await server.close();
    }
  });
}

for (const teamwork of ['alone', 'together'] as const) {
  test(`WebGPU kernels equal tfjs’s within every adapter’s limits: ${teamwork}`, async ({
    page,
  }) => {
    // Some sixty shaders are compiled.
    test.setTimeout(400_000);
    const server = await serve({ root: outDir });
    try {
      await page.goto(server.address);
      const { differences, leaked } = await page.evaluate(
        (asked) => compareWebGpuKernels(asked),
        teamwork,
      );
      test.info().annotations.push({ type: 'parity', description: JSON.stringify(differences) });
      expect(Object.keys(differences).length).toBeGreaterThan(40);
      for (const [kernel, difference] of Object.entries(differences))
        expect(difference, kernel).toBeLessThan(BOUND);
      expect(leaked).toBe(0);
    } finally {
      await server.close();
    }
  });
}
