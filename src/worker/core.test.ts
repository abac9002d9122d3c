import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { BackendName, EngineEvent, Progress, VisionRun } from '../engine/protocol.ts';
import { noChanges } from '../engine/what-if-protocol.ts';
import { startFakeBackend, type FakeBackend } from './backend/fake-backend.ts';
import type { CallContext } from './call-context.ts';
import { openCheckpointCache } from './checkpoint/cache.ts';
import { createCore } from './core.ts';
import { isCancelled } from './failure-of.ts';
import { HeedFailure } from './failure.ts';

const fixtures = fileURLToPath(new URL('../../e2e/fixtures/parity/', import.meta.url));
const folder = (name: string) => `https://example.org/parity/${name}/`;
const at = (address: string) => ({ source: { kind: 'address' as const, address } });
/** 32 × 32 pixels, patch 4: 65 tokens, 3 layers, 3 heads, 7 labels. */
const address = folder('vit-patch4');
/** What a trace keeps on the device: each layer’s weights, what went into it, and what came last. */
const TRACE_TENSORS = 7;

/** Answers with the fixtures. */
async function fetchFixture(address: string): Promise<Response> {
  try {
    return new Response(await readFile(fixtures + address.slice(folder('').length - 1)));
  } catch {
    return new Response('', { status: 404 });
  }
}

/** A bitmap of which the engine reads nothing: the platform of these tests makes the pixels. */
class FakeBitmap implements ImageBitmap {
  readonly width: number;
  readonly height: number;
  closed = false;
  constructor(width = 40, height = 30) {
    this.width = width;
    this.height = height;
  }
  close(): void {
    this.closed = true;
  }
}

function gradient(width: number, height: number): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: width * height * 4 }, (_, index) =>
    index % 4 === 3 ? 255 : (index * 7) % 256,
  );
}

function context(signal = new AbortController().signal): CallContext & { progress: Progress[] } {
  const progress: Progress[] = [];
  return { signal, onProgress: (step) => progress.push(step), onNews: () => {}, progress };
}

async function setUp() {
  const started: FakeBackend[] = [];
  const events: EngineEvent[] = [];
  const server = { fetch: fetchFixture, requests: 0 };
  const starter = (name: BackendName) => async () => {
    const backend = await startFakeBackend(name);
    started.push(backend);
    return backend;
  };
  const core = createCore(
    {
      starters: { webgpu: starter('webgpu'), wasm: starter('wasm'), cpu: starter('cpu') },
      openFileSource: async () => ({
        fetch: (address) => {
          server.requests += 1;
          return server.fetch(address);
        },
        cache: await openCheckpointCache(undefined),
        digestOf: () => null,
      }),
      readPicture: ({ width, height }) => ({ width, height, data: gradient(width, height) }),
      now: () => performance.now(),
      attentionBytes: 2 ** 30,
      firstRun: 1000,
    },
    (event) => events.push(event),
  );
  await core.start({ forced: null, allowSoftwareAdapter: false }, context());
  return { core, started, events, server };
}

type Core = Awaited<ReturnType<typeof setUp>>['core'];

function run(core: Core, options: Partial<Parameters<Core['runVision']>[0]> = {}, ctx = context()) {
  return core.runVision(
    { image: new FakeBitmap(), fit: { mode: 'crop' }, query: 0, slot: 'main', ...options },
    ctx,
  );
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  if (isCancelled(error)) return 'cancelled';
  return error instanceof HeedFailure ? error.failure.code : `not a failure: ${error}`;
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

async function loaded() {
  const all = await setUp();
  const info = await all.core.loadVisionModel(at(address), context());
  return { ...all, info };
}

it('holds no more after many runs of mixed sizes', async () => {
  const { core } = await loaded();
  const held: (readonly [number, number])[] = [];
  for (let count = 0; count < 9; count += 1) {
    const image = new FakeBitmap(1 + ((count * 37) % 120), 1 + ((count * 53) % 90));
    const fit = { mode: (['crop', 'pad', 'stretch'] as const)[count % 3] ?? 'crop' };
    const result = await run(core, { image, fit });
    await core.readLayer({ run: result.run, stack: 'self', layer: count % 3 }, context());
    const { numTensors, numBytes } = tf.memory();
    held.push([numTensors, numBytes]);
  }
  expect(new Set(held.map(String))).toEqual(new Set([String(held[0])]));
  // Time enough on a busy machine.
}, 60_000);

describe('loadVisionModel', () => {
  it('tells what it loaded, with progress in bytes', async () => {
    const { core } = await setUp();
    const ctx = context();
    const info = await core.loadVisionModel(at(address), ctx);
    expect(info).toMatchObject({
      kind: 'vision',
      name: 'vit-patch4',
      layerCount: 3,
      headCount: 3,
      cached: false,
      specialTokens: ['[CLS]'],
    });
    expect(info.labels).toHaveLength(7);
    expect(info.lenses.map(({ id }) => id)).toEqual([
      'raw',
      'rollout',
      'gradient-rollout',
      'relevance',
      'value-norm',
      'input-gradient',
      'integrated-gradients',
      'occlusion',
      'random',
    ]);
    expect(ctx.progress).toContainEqual({ stage: 'weights', done: info.bytes, total: null });
    expect(ctx.progress.at(-1)).toEqual({ stage: 'warm-up', done: 1, total: 1 });
  });

  it('reads while the backend starts, and leaves the warm-up to the first picture', async () => {
    const { core, server } = await setUp();
    const request = { forced: null, allowSoftwareAdapter: false } as const;
    const starting = core.start(request, context());
    const ctx = context();
    const loading = core.loadVisionModel({ ...at(address), warmUp: 'first-run' }, ctx);
    const [, info] = await Promise.all([starting, loading]);
    expect(server.requests).toBeGreaterThan(0);
    expect(info).toMatchObject({ name: 'vit-patch4', warmUpMs: 0 });
    expect(ctx.progress.map(({ stage }) => stage)).not.toContain('warm-up');
    expect((await run(core)).tokenCount).toBe(65);
  });

  it('replaces the model only when the new one is there', async () => {
    const { core } = await loaded();
    const tensors = tf.memory().numTensors;
    expect(await codeOf(core.loadVisionModel(at(folder('none')), context()))).toBe('model-missing');
    expect(await codeOf(core.loadVisionModel(at('models/'), context()))).toBe('bad-request');
    expect((await run(core)).tokenCount).toBe(65);
    await core.loadVisionModel(at(address), context());
    await run(core);
    await core.release({ run: 1001 }, context());
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('is overtaken by a newer load', async () => {
    const { core } = await setUp();
    const first = codeOf(core.loadVisionModel(at(address), context()));
    const second = core.loadVisionModel(at(folder('vit-headless')), context());
    expect(await first).toBe('cancelled');
    expect((await second).name).toBe('vit-headless');
    expect((await run(core)).probabilities).toHaveLength(0);
  });
});

describe('runVision', () => {
  it('gives the first view: probabilities, and the query’s rows of every layer and head', async () => {
    const { core } = await loaded();
    const ctx = context();
    const image = new FakeBitmap();
    const result = await run(core, { image, query: 5 }, ctx);
    expect(result).toMatchObject({
      run: 1000,
      layerCount: 3,
      headCount: 3,
      tokenCount: 65,
      specialTokens: ['[CLS]'],
    });
    expect(result.geometry).toMatchObject({ sourceWidth: 40, sourceHeight: 30, gridColumns: 8 });
    expect(sumOf(result.probabilities)).toBeCloseTo(1, 5);
    expect(result.rows).toHaveLength(3 * 3 * 65);
    for (let start = 0; start < result.rows.length; start += 65)
      expect(sumOf(result.rows.subarray(start, start + 65))).toBeCloseTo(1, 5);
    expect(image.closed).toBe(true);
    expect(ctx.progress).toContainEqual({ stage: 'forward', done: 2, total: 3 });
    const again = await core.readQuery({ run: 1000, query: 5, direction: 'row' }, context());
    expect(again).toEqual(result.rows);
  });

  it('leaves no tensor behind once released', async () => {
    const { core } = await loaded();
    const before = tf.memory().numTensors;
    const { run: id } = await run(core);
    await run(core, { slot: 'compare' });
    expect((await core.diagnostics(null, context())).traceCount).toBe(2);
    expect(tf.memory().numTensors).toBe(before + 2 * TRACE_TENSORS);
    const lens = { run: id, layer: 1, head: 2, target: null, options: {} };
    await core.applyLens({ ...lens, lens: 'raw' }, context());
    await core.applyLens({ ...lens, lens: 'rollout' }, context());
    await core.headStatistics({ run: id }, context());
    await core.readLayer({ run: id, stack: 'self', layer: 2 }, context());
    expect(tf.memory().numTensors).toBe(before + 2 * TRACE_TENSORS);
    await core.release({ run: id }, context());
    await core.release({ run: id + 1 }, context());
    expect(tf.memory().numTensors).toBe(before);
  });

  it('cancels the older run of its slot and releases its trace, and no other slot’s', async () => {
    const { core } = await loaded();
    const before = tf.memory().numTensors;
    const other = await run(core, { slot: 'compare' });
    const older = codeOf(run(core));
    const newer = await run(core);
    const newest = await run(core);
    expect(await older).toBe('cancelled');
    expect(await codeOf(core.headStatistics({ run: newer.run }, context()))).toBe('unknown-run');
    await core.headStatistics({ run: newest.run }, context());
    await core.headStatistics({ run: other.run }, context());
    expect(tf.memory().numTensors).toBe(before + 2 * TRACE_TENSORS);
  });

  it('stops between layers when aborted, and keeps the last good trace', async () => {
    const { core } = await loaded();
    const good = await run(core);
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const ctx = {
      signal: controller.signal,
      onProgress: ({ done }: Progress) => {
        if (done === 1) controller.abort();
      },
      onNews: () => {},
    };
    const image = new FakeBitmap();
    const aborted = core.runVision({ image, fit: { mode: 'crop' }, query: 0, slot: 'main' }, ctx);
    expect(await codeOf(aborted)).toBe('cancelled');
    expect(image.closed).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
    await core.headStatistics({ run: good.run }, context());
  });

  it('refuses a query that there is not, and a run without a model', async () => {
    const { core } = await loaded();
    const before = tf.memory().numTensors;
    for (const query of [-1, 65, 1.5, Number.NaN])
      expect(await codeOf(run(core, { query }))).toBe('bad-request');
    expect(tf.memory().numTensors).toBe(before);
    const { core: empty } = await setUp();
    expect(await codeOf(run(empty))).toBe('bad-request');
  });
});

describe('runChanged', () => {
  const off = { stack: 'self', layer: 1, head: 2, scale: 0, replacement: null } as const;
  const without = { ...noChanges, heads: [off] };

  it('really runs again: another answer, the same tokens, and the first run stays', async () => {
    const { core } = await loaded();
    const before = tf.memory().numTensors;
    const base = await run(core, { query: 5 });
    const same = await core.runChanged({ run: base.run, changes: noChanges, query: 5 }, context());
    expect(same.rows).toEqual(base.rows);
    expect(same.probabilities).toEqual(base.probabilities);
    const changed = await core.runChanged({ run: base.run, changes: without, query: 5 }, context());
    expect(changed.tokenCount).toBe(65);
    expect(changed.geometry).toEqual(base.geometry);
    expect(changed.probabilities).not.toEqual(base.probabilities);
    expect(sumOf(changed.probabilities)).toBeCloseTo(1, 5);
    await core.headStatistics({ run: base.run }, context());
    expect(await codeOf(core.headStatistics({ run: same.run }, context()))).toBe('unknown-run');
    expect(tf.memory().numTensors).toBe(before + 2 * TRACE_TENSORS);
    await core.release({ run: base.run }, context());
    await core.release({ run: changed.run }, context());
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes the weights of another run, and of a changed one in its turn', async () => {
    const { core } = await loaded();
    const base = await run(core);
    const replacement = { kind: 'one-hot' } as const;
    const heads = [{ ...off, scale: 1, replacement }];
    const hard = await core.runChanged(
      { run: base.run, changes: { ...noChanges, heads }, query: 9 },
      context(),
    );
    const taken = { kind: 'other-run', run: hard.run } as const;
    const again = await core.runChanged(
      {
        run: base.run,
        changes: { ...noChanges, heads: [{ ...off, scale: 1, replacement: taken }] },
        query: 9,
      },
      context(),
    );
    expect(again.rows).toEqual(hard.rows);
    expect(again.probabilities).toEqual(hard.probabilities);
  });

  it('refuses what there is not, and a run that is gone', async () => {
    const { core } = await loaded();
    const { run: id } = await run(core);
    const before = tf.memory().numTensors;
    const code = (options: Partial<Parameters<Core['runChanged']>[0]>) =>
      codeOf(core.runChanged({ run: id, changes: without, query: 0, ...options }, context()));
    expect(await code({ query: 65 })).toBe('bad-request');
    expect(await code({ changes: { ...noChanges, hiddenTokens: [65] } })).toBe('bad-request');
    expect(await code({ changes: { ...noChanges, heads: [off, off] } })).toBe('bad-request');
    expect(await code({ run: 1 })).toBe('unknown-run');
    const replacement = { kind: 'other-run', run: 7 } as const;
    expect(await code({ changes: { ...noChanges, heads: [{ ...off, replacement }] } })).toBe(
      'unknown-run',
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('is overtaken by a newer one, and overtakes no picture', async () => {
    const { core } = await loaded();
    const { run: id } = await run(core);
    const before = tf.memory().numTensors;
    const older = codeOf(core.runChanged({ run: id, changes: without, query: 0 }, context()));
    const picture = run(core, { slot: 'compare' });
    const newer = await core.runChanged({ run: id, changes: noChanges, query: 0 }, context());
    expect(await older).toBe('cancelled');
    expect((await picture).tokenCount).toBe(65);
    expect(tf.memory().numTensors).toBe(before + 2 * TRACE_TENSORS);
    await core.headStatistics({ run: newer.run }, context());
  });

  it('says so when the model has been replaced', async () => {
    const { core } = await loaded();
    const { run: id } = await run(core);
    await core.loadVisionModel(at(address), context());
    const again = core.runChanged({ run: id, changes: without, query: 0 }, context());
    expect(await codeOf(again)).toBe('unknown-run');
    await core.headStatistics({ run: id }, context());
  });
});

describe('reading a trace', () => {
  it('gives arrays of the caller’s own', async () => {
    const { core } = await loaded();
    const { run: id } = await run(core);
    const read = () => core.readLayer({ run: id, stack: 'self', layer: 0 }, context());
    const first = await read();
    first.fill(7);
    const second = await read();
    expect(second).toHaveLength(3 * 65 * 65);
    expect(sumOf(second.subarray(0, 65))).toBeCloseTo(1, 5);
  });

  it('agrees between rows, columns and layers', async () => {
    const { core } = await loaded();
    const { run: id } = await run(core);
    const layer = await core.readLayer({ run: id, stack: 'self', layer: 1 }, context());
    const at = (head: number, query: number, key: number) => layer[(head * 65 + query) * 65 + key];
    const row = await core.readQuery({ run: id, query: 9, direction: 'row' }, context());
    const column = await core.readQuery({ run: id, query: 9, direction: 'column' }, context());
    for (const token of [0, 1, 40, 64]) {
      expect(row[(1 * 3 + 2) * 65 + token]).toBe(at(2, 9, token));
      expect(column[(1 * 3 + 2) * 65 + token]).toBe(at(2, token, 9));
    }
  });

  it('refuses what there is not', async () => {
    const { core } = await loaded();
    const { run: id } = await run(core);
    const ctx = context();
    const refused = [
      core.readLayer({ run: id, stack: 'self', layer: 3 }, ctx),
      core.readLayer({ run: id, stack: 'self', layer: -1 }, ctx),
      core.readLayer({ run: id, stack: 'cross', layer: 0 }, ctx),
      core.readQuery({ run: id, query: 65, direction: 'row' }, ctx),
      core.applyLens({ run: id, lens: 'raw', layer: 0, head: 3, target: null, options: {} }, ctx),
      core.applyLens({ run: id, lens: 'raw', layer: 9, head: 0, target: null, options: {} }, ctx),
    ];
    for (const call of refused) expect(await codeOf(call)).toBe('bad-request');
    expect(await codeOf(core.headStatistics({ run: 1 }, ctx))).toBe('unknown-run');
  });
});

function measureRequest(id: number): Parameters<Core['measureFaithfulness']>[0] {
  return {
    run: id,
    target: null,
    maps: [
      {
        request: { run: id, lens: 'rollout', layer: 0, head: 0, target: null, options: {} },
        query: 0,
      },
    ],
    stepCount: 2,
    randomOrderCount: 1,
    seed: 3,
    removal: 'hide',
  };
}

// These ask the model dozens of times.
describe('measuring', { timeout: 30_000 }, () => {
  it('tells of maps and heads, upon the run that it is asked about', async () => {
    const { core } = await loaded();
    const { run: id, probabilities } = await run(core);
    const before = tf.memory().numTensors;
    const ctx = context();
    const { target, maps, random, shares } = await core.measureFaithfulness(
      measureRequest(id),
      ctx,
    );
    expect([...shares]).toEqual([0, 0.5, 1]);
    expect([maps.length, random.length]).toEqual([1, 1]);
    expect(maps[0]?.deletion[0]).toBeCloseTo(probabilities[target] ?? Number.NaN, 5);
    expect(ctx.progress.at(-1)?.stage).toBe('lens');
    const importance = await core.headImportance({ run: id, target: null }, context());
    expect(importance.target).toBe(target);
    expect(importance.without).toHaveLength(9);
    expect(tf.memory().numTensors).toBe(before);
    const unknown = core.measureFaithfulness({ ...measureRequest(id), run: 1 }, context());
    expect(await codeOf(unknown)).toBe('unknown-run');
    const label = core.headImportance({ run: id, target: 7 }, context());
    expect(await codeOf(label)).toBe('bad-request');
  });

  it('is overtaken by its like, and lets a picture in between', async () => {
    const { core } = await loaded();
    const { run: id } = await run(core);
    const before = tf.memory().numTensors;
    const older = codeOf(core.measureFaithfulness(measureRequest(id), context()));
    const newer = core.measureFaithfulness(measureRequest(id), context());
    const heads = core.headImportance({ run: id, target: null }, context());
    const picture = await run(core, { slot: 'compare' });
    expect(await older).toBe('cancelled');
    expect((await newer).maps).toHaveLength(1);
    expect((await heads).without).toHaveLength(9);
    await core.release({ run: picture.run }, context());
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a lost device', () => {
  it('ends the run with device-lost, is replaced with the model on it, and says so once', async () => {
    const { core, started, events } = await loaded();
    const old = await run(core);
    const ctx = context();
    const lost = core.runVision(
      { image: new FakeBitmap(), fit: { mode: 'crop' }, query: 0, slot: 'main' },
      {
        ...ctx,
        onProgress: ({ done }) => {
          if (done === 1) started[0]?.lose('the driver crashed');
        },
      },
    );
    expect(await codeOf(lost)).toBe('device-lost');
    expect(started[0]?.isDisposed()).toBe(true);
    expect(events).toEqual([
      {
        type: 'backend-recovered',
        backend: { name: 'webgpu', detail: 'fake webgpu', softwareAdapter: false },
        reason: 'the driver crashed',
      },
    ]);
    expect(await codeOf(core.headStatistics({ run: old.run }, context()))).toBe('unknown-run');
    const before: number = tf.memory().numTensors;
    const again: VisionRun = await run(core);
    expect(again.rows).toEqual(old.rows);
    await core.release({ run: again.run }, context());
    expect(tf.memory().numTensors).toBe(before);
    expect(events).toHaveLength(1);
  });

  it('while nothing runs is replaced as well', async () => {
    const { core, started, events } = await loaded();
    started[0]?.lose('sleep');
    const result = await run(core);
    expect(result.tokenCount).toBe(65);
    expect(events).toHaveLength(1);
  });
});
