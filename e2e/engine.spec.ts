import { expect, test, type Page } from '@playwright/test';
import type { BackendRequest } from '../src/engine/protocol.ts';
import type { Harness } from './harness/harness.ts';
import { serveHarness } from './harness/serve-harness.ts';

declare global {
  var harness: Harness;
}

let server: Awaited<ReturnType<typeof serveHarness>>;

test.beforeAll(async () => {
  server = await serveHarness();
});

test.afterAll(async () => {
  await server.close();
});

/** Opens the harness. What the console or the content security policy says against it is kept. */
async function open(page: Page): Promise<{ complaints: string[] }> {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(server.address);
  return { complaints };
}

function start(page: Page, request: Partial<BackendRequest>) {
  const whole = { forced: null, allowSoftwareAdapter: false, ...request };
  return page.evaluate((request) => harness.engine.call('start', request), whole);
}

function load(page: Page, name: string) {
  return page.evaluate(async (name) => {
    const bytes: (number | null)[][] = [];
    const info = await harness.engine.call(
      'loadVisionModel',
      { source: { kind: 'address', address: harness.addressOf(name) } },
      {
        onProgress: ({ stage, done, total }) => {
          if (stage === 'weights') bytes.push([done, total]);
        },
      },
    );
    return { info, lastProgress: bytes.at(-1) };
  }, name);
}

/** Runs the harness's picture several times: the last run's numbers, and the time of each. */
function run(page: Page, times = 1) {
  return page.evaluate(async (times) => {
    const runMs: number[] = [];
    for (;;) {
      const image = harness.drawPicture(300, 200);
      const result = await harness.engine.call(
        'runVision',
        { image, fit: { mode: 'crop' }, query: 0, slot: 'main' },
        { transfer: [image] },
      );
      runMs.push(result.runMs);
      if (runMs.length < times) continue;
      return {
        run: result.run,
        tokenCount: result.tokenCount,
        rows: [...result.rows],
        probabilities: [...result.probabilities],
        runMs,
      };
    }
  }, times);
}

function diagnostics(page: Page) {
  return page.evaluate(() => harness.engine.call('diagnostics', null));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const backends = [
  { name: 'wasm', model: 'heed-vit', runs: 10 },
  { name: 'webgpu', model: 'tiny', runs: 10 },
  { name: 'cpu', model: 'tiny', runs: 2 },
] as const;

for (const { name, model, runs } of backends) {
  test(`the built engine runs ${model} on ${name}`, async ({ page }) => {
    const { complaints } = await open(page);
    const backend = await start(page, { forced: name });
    expect(backend.name).toBe(name);
    const { info, lastProgress } = await load(page, model);
    expect(info.name).toBe(model);
    expect(lastProgress).toEqual([info.bytes, info.bytes]);
    const settled = (await diagnostics(page)).tensorCount;

    const result = await run(page, runs);
    expect(sumOf(result.probabilities)).toBeCloseTo(1, 4);
    for (let start = 0; start < result.rows.length; start += result.tokenCount)
      expect(sumOf(result.rows.slice(start, start + result.tokenCount))).toBeCloseTo(1, 4);

    const after = await diagnostics(page);
    expect(after.backend).toEqual(backend);
    expect(after.traceCount).toBe(1);
    await page.evaluate((run) => harness.engine.call('release', { run }), result.run);
    expect((await diagnostics(page)).tensorCount).toBe(settled);
    expect(complaints).toEqual([]);
    console.log(
      `${name} (${backend.detail}): load ${info.loadMs.toFixed(0)} ms, warm-up ` +
        `${info.warmUpMs.toFixed(0)} ms, run p50 ${medianOf(result.runMs).toFixed(1)} ms of ${runs}`,
    );
  });
}

test('wasm uses threads where the page is isolated and there are cores', async ({ page }) => {
  await open(page);
  const { isolated, cores } = await page.evaluate(() => ({
    isolated: crossOriginIsolated,
    cores: navigator.hardwareConcurrency,
  }));
  expect(isolated).toBe(true);
  const started: string[] = [];
  page.on('request', (request) => {
    if (/\/thread-[^/]*\.js$/.test(request.url())) started.push(request.url());
  });
  const { detail } = await start(page, { forced: 'wasm' });
  const threads = Number.parseInt(detail, 10);
  if (cores >= 2) expect(threads).toBeGreaterThan(1);
  else expect(threads).toBe(1);
  expect(detail).toContain('SIMD');
  // The engine's own thread is one of them.
  expect(started).toHaveLength(threads - 1);
});

test('a software adapter is never picked by itself, and is picked when allowed', async ({
  page,
}) => {
  await open(page);
  expect((await start(page, {})).name).toBe('wasm');
  const allowed = await start(page, { allowSoftwareAdapter: true });
  expect(allowed).toMatchObject({ name: 'webgpu', softwareAdapter: true });
});

test('every backend computes the same', async ({ page }) => {
  await open(page);
  const results = [];
  for (const { name } of backends) {
    await start(page, { forced: name });
    await load(page, 'tiny');
    results.push(await run(page));
  }
  const [first, ...others] = results;
  for (const other of others) {
    expect(largestDifference(first?.rows ?? [], other.rows)).toBeLessThan(1e-4);
    expect(largestDifference(first?.probabilities ?? [], other.probabilities)).toBeLessThan(1e-3);
  }
});

test('a second visit loads no weights from the network, and works offline', async ({ page }) => {
  await open(page);
  await start(page, { forced: 'wasm' });
  expect((await load(page, 'heed-vit')).info.cached).toBe(false);
  const first = await run(page);

  const requests: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/models/')) requests.push(request.url());
  });
  await page.reload();
  await start(page, { forced: 'wasm' });
  await page.context().setOffline(true);
  const { info, lastProgress } = await load(page, 'heed-vit');
  expect(info.cached).toBe(true);
  expect(lastProgress).toEqual([info.bytes, info.bytes]);
  expect((await run(page)).rows).toEqual(first.rows);
  expect(requests).toEqual([]);
  await page.context().setOffline(false);
});

test('a lost device is replaced in mid-use, and the page is told once', async ({
  page,
  browser,
}) => {
  // The software adapter compiles every shader twice here.
  test.slow();
  await open(page);
  await start(page, { forced: 'webgpu' });
  await load(page, 'tiny');
  const before = await run(page);
  const devtools = await browser.newBrowserCDPSession();
  const inFlight = page.evaluate(async () => {
    const image = harness.drawPicture(300, 200);
    const args = { image, fit: { mode: 'crop' }, query: 0, slot: 'compare' } as const;
    return harness.engine.call('runVision', args).then(
      () => 'ended well',
      (error: Error) => error.message,
    );
  });
  // The command's answer is lost with the process that it ends.
  void devtools.send('Browser.crashGpuProcess').catch(() => {});
  await expect
    .poll(() => page.evaluate(() => harness.events.map(({ type }) => type)), { timeout: 60_000 })
    .toEqual(['backend-recovered']);
  // It may have ended just before; what it may not do is hang, or fail in other words.
  expect([
    'The graphics device was lost and has been replaced. Please run it again.',
    'ended well',
  ]).toContain(await inFlight);
  const stale = await page.evaluate(
    (run) =>
      harness.engine.call('headStatistics', { run }).then(
        () => 'still there',
        (error: Error) => error.message,
      ),
    before.run,
  );
  expect(stale).toBe('This run is no longer kept.');
  const after = await run(page);
  expect(largestDifference(before.rows, after.rows)).toBeLessThan(1e-4);
  expect(await page.evaluate(() => harness.events.length)).toBe(1);
});

test('a crashed worker is started again with the model, and the page is told once', async ({
  page,
}) => {
  await open(page);
  await start(page, { forced: 'wasm' });
  await load(page, 'tiny');
  const before = await run(page);
  const engineWorker = page.workers().find((worker) => worker.url().includes('entry'));
  const pending = page.evaluate(async () => {
    const image = harness.drawPicture(300, 200);
    const args = { image, fit: { mode: 'crop' }, query: 0, slot: 'main' } as const;
    return harness.engine.call('runVision', args).then(
      () => 'ended well',
      (error: Error) => error.message,
    );
  });
  await engineWorker?.evaluate(() => {
    setTimeout(() => {
      throw new Error('boom');
    });
  });
  expect(['The engine crashed and was started again.', 'ended well']).toContain(await pending);
  await expect
    .poll(() => page.evaluate(() => harness.events), { timeout: 60_000 })
    .toEqual([{ type: 'restarted', reason: expect.stringContaining('boom') }]);
  const after = await run(page);
  expect(after.rows).toEqual(before.rows);
  expect(after.run).toBeGreaterThan(before.run);
});
