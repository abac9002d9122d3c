import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../scripts/serve.mjs';
import {
  listTranslationFixtures,
  listVisionFixtures,
  readFixtureText,
} from './harness/fixture-files.ts';
import { LENS_BOUND, type LensReference } from './harness/lens-parity.ts';
import { BOUNDS } from './harness/parity.ts';
import type { ParityPage } from './parity-page/page.ts';

declare global {
  var parity: ParityPage;
}

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const lensReference: LensReference = JSON.parse(readFixtureText('lenses.json'));

let server: Awaited<ReturnType<typeof serve>>;

test.beforeAll(async () => {
  const outDir = pathOf('../node_modules/.cache/heed/parity-page');
  await build({
    configFile: pathOf('../vite.config.ts'),
    root: pathOf('./parity-page'),
    publicDir: false,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, reportCompressedSize: false },
  });
  server = await serve({
    root: outDir,
    folders: { '/fixtures/': pathOf('./fixtures/parity') },
  });
});

test.afterAll(async () => {
  await server.close();
});

for (const backend of ['webgpu', 'wasm'] as const) {
  test(`ViT and DeiT equal transformers on ${backend}`, async ({ page }) => {
    test.setTimeout(240_000);
    await page.goto(server.address);
    const info = await page.evaluate((name) => parity.start(name), backend);
    expect(info.name).toBe(backend);
    for (const fixture of listVisionFixtures()) {
      await test.step(fixture, async () => {
        const result = await page.evaluate((name) => parity.measureVision(name), fixture);
        test.info().annotations.push({ type: 'parity', description: JSON.stringify(result) });
        // What tfjs itself says that it computed with.
        expect(result.backend).toBe(backend);
        expect(result.layerCount).toBeGreaterThan(0);
        expect(result.attention).toBeLessThan(BOUNDS.attention);
        expect(result.rowSum).toBeLessThan(BOUNDS.rowSum);
        expect(result.logits ?? 0).toBeLessThan(BOUNDS.logits);
        expect(result.leaked).toBe(0);
      });
    }
  });

  test(`lenses for a label equal automatic differentiation on ${backend}`, async ({ page }) => {
    test.setTimeout(600_000);
    await page.goto(server.address);
    await page.evaluate((name) => parity.start(name), backend);
    for (const lensCase of lensReference.cases) {
      await test.step(lensCase.key, async () => {
        const result = await page.evaluate((one) => parity.measureLenses(one), lensCase);
        test.info().annotations.push({ type: 'parity', description: JSON.stringify(result) });
        expect(result.backend).toBe(backend);
        expect(Object.keys(result.gaps)).toContain('relevance');
        for (const [name, gap] of Object.entries(result.gaps))
          expect(gap, name).toBeLessThan(LENS_BOUND);
        expect(result.leaked).toBe(0);
      });
    }
  });

  test(`translators equal transformers and their definition on ${backend}`, async ({ page }) => {
    test.setTimeout(600_000);
    await page.goto(server.address);
    const info = await page.evaluate((name) => parity.start(name), backend);
    expect(info.name).toBe(backend);
    for (const fixture of listTranslationFixtures()) {
      await test.step(fixture, async () => {
        // The software adapter is slow; every search runs on wasm here, and in the unit tests.
        const result = await page.evaluate(
          ([name, isQuick]) => parity.measureTranslation(name, isQuick),
          [fixture, backend === 'webgpu'] as const,
        );
        test.info().annotations.push({ type: 'parity', description: JSON.stringify(result) });
        expect(result.backend).toBe(backend);
        expect(result.otherTokens).toEqual([]);
        expect(result.historyCount).toBeGreaterThan(0);
        expect(result.attention).toBeLessThan(BOUNDS.attention);
        expect(result.rowSum).toBeLessThan(BOUNDS.rowSum);
        expect(result.logits).toBeLessThan(BOUNDS.logits);
        expect(result.logProbabilities).toBeLessThan(BOUNDS.logits);
        expect(result.leaked).toBe(0);
      });
    }
  });

  test(`lenses of translators equal automatic differentiation on ${backend}`, async ({ page }) => {
    test.setTimeout(600_000);
    await page.goto(server.address);
    await page.evaluate((name) => parity.start(name), backend);
    // The software adapter is slow: one model of each kind there, all of them on wasm.
    const isQuick = backend === 'webgpu';
    const fixtures = isQuick ? ['gru-small', 'marian-redundant'] : listTranslationFixtures();
    for (const fixture of fixtures) {
      await test.step(fixture, async () => {
        const result = await page.evaluate(
          ([name, quick]) => parity.measureTranslationLenses(name, quick),
          [fixture, isQuick] as const,
        );
        test.info().annotations.push({ type: 'parity', description: JSON.stringify(result) });
        expect(result.backend).toBe(backend);
        expect(Object.keys(result.lenses)).toContain('input_gradient');
        for (const gap of [...Object.values(result.lenses), ...result.changed])
          expect(gap).toBeLessThan(BOUNDS.logits);
        expect(result.leaked).toBe(0);
      });
    }
  });
}
