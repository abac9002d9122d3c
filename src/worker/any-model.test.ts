import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelSource } from '../engine/model-protocol.ts';
import type { EngineFailure } from '../engine/protocol.ts';
import { noChanges } from '../engine/what-if-protocol.ts';
import { HeedFailure } from './failure.ts';
import { isCancelled } from './failure-of.ts';
import { context, fixture, startCoreWithHub, type HubCore } from './testing/core-with-hub.ts';

const models = {
  'heed/vit': { folder: fixture('parity/vit-patch4') },
  'heed/headless': { folder: fixture('parity/vit-headless') },
  'heed/opus': { folder: fixture('opus/marian-opus') },
  'heed/gated': { folder: fixture('parity/vit-heads5-patch16'), token: 'hf_secret' },
};

/** Whole models are loaded, which takes a busy machine its time. */
const patient = { timeout: 60_000 };

let test: HubCore;

beforeEach(async () => {
  test = await startCoreWithHub(models);
});

afterEach(() => test.hub.close());

async function failureOf(promise: Promise<unknown>): Promise<EngineFailure> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (isCancelled(error)) return { code: 'internal', message: 'cancelled' };
  if (!(error instanceof HeedFailure)) throw new Error(`expected a failure, got ${error}`);
  return error.failure;
}

function load(source: ModelSource, signal?: AbortSignal) {
  return test.core.loadVisionModel({ source }, context(signal));
}

/** The files of a fixture as if a person had opened its folder. */
function opened(path: string, folder: string): Extract<ModelSource, { kind: 'files' }> {
  const files = readdirSync(fixture(path)).map((name) => ({
    path: `${folder}/${name}`,
    file: new File([readFileSync(`${fixture(path)}/${name}`)], name, { lastModified: 1 }),
  }));
  return { kind: 'files', files };
}

function runPicture() {
  const image = { width: 8, height: 8, close: () => {} };
  const args = { image, fit: { mode: 'crop' as const }, query: 0, slot: 'main' as const };
  return test.core.runVision(args, context());
}

const noTensors = () => tf.memory().numTensors;

describe('a model of the Hub', patient, () => {
  it('loads through a redirect, is kept, and comes from the storage the second time', async () => {
    const info = await load(test.at('heed/vit'));
    expect(info).toMatchObject({
      name: 'vit',
      identity: `hub:heed/vit@main at ${test.hub.address}`,
      cached: false,
      notKept: null,
      precision: 'float32',
    });
    expect(test.hub.requests.some(({ origin }) => origin === 'content')).toBe(true);
    expect((await load(test.at('heed/vit'))).cached).toBe(true);
    expect((await runPicture()).layerCount).toBe(3);
  });

  it('is listed with its size, and gone when it was deleted', async () => {
    await load(test.at('heed/vit'));
    const { models: kept, ...storage } = await test.core.listKeptModels(null, context());
    expect(storage).toEqual({ usedBytes: 12, quotaBytes: 34 });
    expect(kept).toEqual([
      {
        identity: `hub:heed/vit@main at ${test.hub.address}`,
        title: 'heed/vit',
        source: test.at('heed/vit'),
        kind: 'vision',
        bytes: ['config.json', 'preprocessor_config.json', 'model.safetensors']
          .map((name) => readFileSync(`${models['heed/vit'].folder}/${name}`).length)
          .reduce((sum, size) => sum + size),
        fileCount: 3,
        lastUsed: 1_700_000_000_000,
        isEmbedded: false,
      },
    ]);
    const [first] = kept;
    await test.core.deleteKeptModel({ identity: first?.identity ?? '' }, context());
    expect((await test.core.listKeptModels(null, context())).models).toEqual([]);
    expect(test.cache.stored.size).toBe(0);
    expect((await runPicture()).layerCount).toBe(3);
  });

  it.each([
    ['..', 'main'],
    ['org/../name', 'main'],
    ['org/na me', 'main'],
    ['<script>alert(1)</script>/x', 'main'],
    ['org/name/extra', 'main'],
    ['org/-name', 'main'],
    ['org/name', '../../secret'],
    ['org/name', 'a b'],
    ['org/name', '-f'],
  ])('has no id like “%s” at “%s”; nothing is asked of the server', async (id, revision) => {
    const source = test.at(id, revision);
    expect((await failureOf(load(source))).code).toBe('bad-request');
    expect((await failureOf(test.core.inspectModel({ source }, context()))).code).toBe(
      'bad-request',
    );
    expect(test.hub.requests).toEqual([]);
  });

  it('translates', async () => {
    const source = test.at('heed/opus');
    const { identity } = await test.core.loadTranslationModel({ source }, context());
    const args = { model: identity, text: 'A cup', beamCount: 1, slot: 'main' as const };
    expect((await test.core.translate(args, context())).sentences).toHaveLength(1);
  });
});

const token = 'hf_secret';

function setToken(value: string | null, hub = test.hub.address) {
  return test.core.setAccessToken({ hub, token: value }, context());
}

describe('an access token', patient, () => {
  it('opens a gated model, and goes to the Hub’s own address alone', async () => {
    const source = test.at('heed/gated');
    const refused = await failureOf(load(source));
    expect(refused.code).toBe('access-denied');
    await setToken(token);
    expect((await load(source)).name).toBe('gated');
    await load({ kind: 'address', address: `${test.hub.contentAddress}heed/vit/resolve/main/` });
    const told = test.hub.requests.filter(({ authorization }) => authorization !== null);
    expect(told.length).toBeGreaterThan(0);
    expect(told.every(({ origin }) => origin === 'hub')).toBe(true);
    expect(test.hub.requests.some(({ origin }) => origin === 'content')).toBe(true);
    await setToken(null);
    await test.core.deleteKeptModel({ identity: (await load(source)).identity }, context());
    expect((await failureOf(load(source))).code).toBe('access-denied');
  });

  it('is in no failure, no list and no name of what is kept', async () => {
    await setToken(token);
    test.hub.breakFile('heed/gated', 'model.safetensors', { kind: 'status', status: 500 });
    const failures = [
      await failureOf(load(test.at('heed/gated'))),
      await failureOf(setToken(`${token}\r\nX: 1`)),
      await failureOf(setToken(token, 'javascript:alert(1)')),
    ];
    test.hub.reset();
    const info = await load(test.at('heed/gated'));
    const kept = await test.core.listKeptModels(null, context());
    const sheet = await test.core.inspectModel({ source: test.at('heed/gated') }, context());
    const keys = [...test.cache.stored.keys()];
    expect(JSON.stringify([failures, info, kept, sheet, keys])).not.toContain(token);
  });

  it('is needed once: what is kept opens without it', async () => {
    await setToken(token);
    await load(test.at('heed/gated'));
    await setToken(null);
    expect((await load(test.at('heed/gated'))).cached).toBe(true);
  });
});

describe('opened files', patient, () => {
  it('load like any model, and nothing of them is kept', async () => {
    const source = opened('parity/vit-patch4', 'my-vit');
    const info = await load(source);
    expect(info).toMatchObject({ name: 'my-vit', cached: false, notKept: null });
    expect(info.identity).toMatch(/^files:my-vit#[0-9a-f]{8}$/);
    expect(test.cache.stored.size).toBe(0);
    expect((await runPicture()).layerCount).toBe(3);
  });

  it('are loaded again when the device is lost', async () => {
    await load(opened('parity/vit-patch4', 'my-vit'));
    await test.core.start({ forced: 'cpu', allowSoftwareAdapter: false }, context());
    await load(opened('parity/vit-patch4', 'my-vit'));
    expect((await runPicture()).layerCount).toBe(3);
  });

  it('that hold two models are refused by name; what lies deeper does not count', async () => {
    const one = opened('parity/vit-patch4', 'both/one').files;
    const two = opened('parity/vit-headless', 'both/two').files;
    const failure = await failureOf(load({ kind: 'files', files: [...one, ...two] }));
    expect(failure.message).toBe(
      'There are two models in what was opened, “both/one/” and “both/two/”: open one of them.',
    );
    const deeper = opened('parity/vit-headless', 'both/one/checkpoint-500').files;
    const info = await load({ kind: 'files', files: [...deeper, ...one] });
    expect(info.name).toBe('one');
  });

  it('without a config.json are no model', async () => {
    const { files } = opened('parity/vit-patch4', 'x');
    const rest = files.filter(({ path }) => !path.endsWith('config.json'));
    expect((await failureOf(load({ kind: 'files', files: rest }))).code).toBe('model-missing');
  });
});

describe('a model kept in fewer bits', patient, () => {
  it('has every panel, and leaves nothing on the device', async () => {
    const source = test.at('heed/vit');
    const { layerCount, lenses } = await test.core.loadVisionModel(
      { source, precision: 'float16' },
      context(),
    );
    const before = tf.memory().numTensors;
    const { run } = await runPicture();
    const asked = { run, layer: 1, head: 0, target: null };
    for (const { id, parameters } of lenses) {
      const options = Object.fromEntries(parameters.map(({ key, initial }) => [key, initial]));
      const { values } = await test.core.applyLens({ ...asked, lens: id, options }, context());
      expect(values.every(Number.isFinite), id).toBe(true);
    }
    await test.core.headStatistics({ run }, context());
    await test.core.headImportance({ run, target: null }, context());
    const { run: changed } = await test.core.runChanged(
      { run, changes: { ...noChanges, hiddenTokens: [3] }, query: 0 },
      context(),
    );
    await test.core.release({ run }, context());
    await test.core.release({ run: changed }, context());
    expect(layerCount).toBe(3);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('translates', async () => {
    const source = test.at('heed/opus');
    const whole = await test.core.loadTranslationModel({ source }, context());
    const packed = await test.core.loadTranslationModel({ source, precision: 'int8' }, context());
    expect([whole.precision, packed.precision]).toEqual(['float32', 'int8']);
    const before = tf.memory().numTensors;
    const args = { model: packed.identity, text: 'A cup', beamCount: 2, slot: 'main' as const };
    const { run } = await test.core.translate(args, context());
    const asked = { run, sentence: 0, hypothesis: 0, layer: 0, head: 0 };
    for (const { id, parameters, unavailable } of packed.lenses) {
      if (unavailable !== null) continue;
      const options = Object.fromEntries(parameters.map(({ key, initial }) => [key, initial]));
      await test.core.applyTranslationLens({ ...asked, lens: id, options }, context());
    }
    await test.core.release({ run }, context());
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('a server that fails', patient, () => {
  const file = 'model.safetensors';
  const breakWeights = (
    ...fault: Parameters<HubCore['hub']['breakFile']> extends [string, string, ...infer Rest]
      ? Rest
      : never
  ) => test.hub.breakFile('heed/vit', file, ...fault);

  it('by breaking off is asked for the rest', async () => {
    breakWeights({ kind: 'break', afterBytes: 1000 }, 1);
    expect((await load(test.at('heed/vit'))).cached).toBe(false);
    const ranges = test.hub.requests.map(({ range }) => range);
    expect(ranges).toContain('bytes=1000-');
  });

  it('by breaking off again and again ends in a sentence, and goes on from what is there', async () => {
    breakWeights({ kind: 'break', afterBytes: 1000 });
    const failure = await failureOf(load(test.at('heed/vit')));
    expect(failure).toMatchObject({
      code: 'network',
      message: 'The connection broke while model.safetensors was loading.',
    });
    test.hub.reset();
    await load(test.at('heed/vit'));
    expect(
      test.hub.requests.filter(({ method }) => method === 'GET').map(({ path }) => path),
    ).toEqual(expect.not.arrayContaining([expect.stringContaining('preprocessor_config.json')]));
  });

  it.each([0, 1000])('by stalling after %i bytes is not waited for', async (afterBytes) => {
    test.patience.stalledMs = 300;
    breakWeights({ kind: 'stall', afterBytes });
    expect((await failureOf(load(test.at('heed/vit')))).code).toBe('network');
  });

  it('by a page with 200 has no such file', async () => {
    test.hub.breakFile('heed/vit', 'config.json', { kind: 'page' });
    expect((await failureOf(load(test.at('heed/vit')))).code).toBe('model-missing');
    expect(test.cache.stored.size).toBe(0);
  });

  it('by too many requests says when to come back', async () => {
    test.hub.breakFile('heed/vit', 'config.json', { kind: 'status', status: 429, retryAfter: 7 });
    expect((await failureOf(load(test.at('heed/vit')))).message).toMatch(/asked too often.*7 sec/);
  });

  it('leaves the last good model usable', async () => {
    await load(test.at('heed/headless'));
    const before = noTensors();
    test.patience.stalledMs = 300;
    for (const fault of [
      { kind: 'page' } as const,
      { kind: 'stall', afterBytes: 500 } as const,
      { kind: 'status', status: 503 } as const,
    ]) {
      breakWeights(fault);
      await failureOf(load(test.at('heed/vit')));
    }
    expect(noTensors()).toBe(before);
    expect((await runPicture()).probabilities).toHaveLength(0);
  });
});

describe('loading', patient, () => {
  it('cancelled at any byte leaves nothing behind', async () => {
    await load(test.at('heed/headless'));
    const before = { tensors: noTensors(), stored: [...test.cache.stored.keys()] };
    test.hub.breakFile('heed/vit', 'model.safetensors', {
      kind: 'slow',
      bytesPerSecond: 400_000,
    });
    for (let stage = 0; stage < 40; stage += 1) {
      const controller = new AbortController();
      let steps = 0;
      const loading = test.core.loadVisionModel(
        { source: test.at('heed/vit') },
        {
          ...context(controller.signal),
          onProgress: () => {
            steps += 1;
            if (steps > stage) controller.abort();
          },
        },
      );
      await loading.catch(() => {});
      if (!controller.signal.aborted) {
        // Files and warm-up have told of themselves before.
        expect(stage).toBeGreaterThan(2);
        return;
      }
      await test.core.release({ run: stage }, context());
      expect(noTensors(), `stage ${stage}`).toBe(before.tensors);
      expect([...test.cache.stored.keys()], `stage ${stage}`).toEqual(before.stored);
      expect((await runPicture()).probabilities).toHaveLength(0);
    }
    expect.unreachable('The load reports more steps than were tried.');
  });

  it('twice at once ends with the later, and nothing of the earlier', async () => {
    test.hub.breakFile('heed/vit', 'model.safetensors', { kind: 'slow', bytesPerSecond: 300_000 });
    const first = failureOf(load(test.at('heed/vit')));
    const second = await load(test.at('heed/headless'));
    expect((await first).message).toBe('cancelled');
    expect(second.name).toBe('headless');
    const { models: kept } = await test.core.listKeptModels(null, context());
    expect(kept.map(({ title }) => title)).toEqual(['heed/headless']);
    expect((await runPicture()).probabilities).toHaveLength(0);
  });

  it('into a full storage works, says so, and keeps no part of the model', async () => {
    test.cache.full = true;
    const info = await load(test.at('heed/vit'));
    expect(info.notKept).toBe(
      'The browser’s storage is full, so this model was not kept: delete models on the page Models.',
    );
    expect(test.cache.stored.size).toBe(0);
    expect((await runPicture()).layerCount).toBe(3);
  });
});
