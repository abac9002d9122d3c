import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { marianConfig, marianShapes, randomWeights } from '../../e2e/harness/random-checkpoint.ts';
import type { TranslationNews } from '../engine/translation-protocol.ts';
import { startFakeBackend } from './backend/fake-backend.ts';
import type { CallContext } from './call-context.ts';
import { openCheckpointCache } from './checkpoint/cache.ts';
import { createCore } from './core.ts';

const size = { width: 16, feedForward: 24, layers: 2, heads: 2, vocabulary: 420 };
const tokenizerCase = new URL(
  '../../e2e/fixtures/tokenizer-small/byte-level.json',
  import.meta.url,
);
const files: Readonly<Record<string, BodyInit>> = {
  'config.json': JSON.stringify({
    ...marianConfig(size),
    max_length: 30,
    max_position_embeddings: 64,
  }),
  'tokenizer.json': JSON.stringify(JSON.parse(readFileSync(tokenizerCase, 'utf8')).tokenizer),
  'model.safetensors': randomWeights(marianShapes(size), 1.5),
};
const model = 'https://example.org/models/tiny/';

function context(): CallContext & { news: TranslationNews[] } {
  const news: TranslationNews[] = [];
  const { signal } = new AbortController();
  return { signal, onProgress: () => {}, onNews: (item) => news.push(item), news };
}

async function loadedCore() {
  const core = createCore(
    {
      starters: {
        webgpu: () => startFakeBackend('webgpu'),
        wasm: () => startFakeBackend('wasm'),
        cpu: () => startFakeBackend('cpu'),
      },
      openFileSource: async () => ({
        fetch: async (address) => {
          const body = files[address.slice(model.length)];
          return new Response(body ?? '', { status: body === undefined ? 404 : 200 });
        },
        cache: await openCheckpointCache(undefined),
        digestOf: () => null,
      }),
      readPicture: ({ width, height }) => ({ width, height, data: new Uint8ClampedArray(0) }),
      now: () => performance.now(),
      firstRun: 1,
    },
    () => {},
  );
  await core.start({ forced: 'cpu', allowSoftwareAdapter: false }, context());
  await core.loadTranslationModel({ address: model }, context());
  return core;
}

let core: Awaited<ReturnType<typeof loadedCore>>;
beforeEach(async () => {
  core = await loadedCore();
});

describe('translate', () => {
  const text = 'The cat sleeps. It rains!';

  it('finds sentences unless it is told that there is one', async () => {
    const args = { model, text, beamCount: 1, slot: 'main' } as const;
    const several = await core.translate(args, context());
    const one = await core.translate({ ...args, isOneSentence: true }, context());
    expect(several.sentences).toHaveLength(2);
    expect(one.sentences).toHaveLength(1);
    expect(one.sentences[0]?.source.spans.at(-2)).toEqual([text.length - 1, text.length]);
  });

  it('says nothing when it is to be quiet, and translates the same', async () => {
    const args = { model, text, beamCount: 2, slot: 'main' } as const;
    const loud = context();
    const quiet = context();
    const heard = await core.translate(args, loud);
    const unheard = await core.translate({ ...args, isQuiet: true }, quiet);
    expect(loud.news.length).toBeGreaterThan(2);
    expect(quiet.news).toEqual([]);
    expect(unheard.sentences).toEqual(heard.sentences);
    expect(unheard.firstTokenMs).toBe(unheard.runMs);
  });
});

describe('forceText', () => {
  const [source, target] = ['The cat. It sleeps.', 'Le chat. Il dort.'];

  it('gives what forcing a translated sentence gives', async () => {
    const forced = await core.forceText({ model, source, target, slot: 'compare' }, context());
    const translated = await core.translate(
      { model, text: source, beamCount: 1, slot: 'main', isOneSentence: true },
      context(),
    );
    const place = { run: translated.run, sentence: 0 };
    const again = await core.forceTarget({ ...place, target }, context());
    expect(forced.sentences).toEqual([again]);
    expect(forced.sentences[0]?.hypotheses[0]?.target.text).toBe(target);
    const stack = { sentence: 0, hypothesis: 0, stack: 'cross' } as const;
    const cross = await core.readStack({ run: forced.run, ...stack }, context());
    expect(cross).toEqual(await core.readStack({ run: translated.run, ...stack }, context()));
    expect(cross.keyCount).toBe(forced.sentences[0]?.source.ids.length);
  });

  it('keeps no more than the last of its slot', async () => {
    const force = () => core.forceText({ model, source, target, slot: 'main' }, context());
    const { run } = await force();
    const tensors = tf.memory().numTensors;
    for (let round = 0; round < 3; round += 1) await force();
    expect(tf.memory().numTensors).toBe(tensors);
    const gone = { run, sentence: 0, hypothesis: 0, stack: 'cross' } as const;
    await expect(core.readStack(gone, context())).rejects.toMatchObject({
      failure: { code: 'unknown-run' },
    });
  });

  it.each([
    ['a blank source', ' ', target],
    ['a source that the model cannot read at once', 'word '.repeat(80), target],
    ['a target that is too long', source, 'mot '.repeat(80)],
  ])('refuses %s', async (_what, source, target) => {
    const forcing = core.forceText({ model, source, target, slot: 'main' }, context());
    await expect(forcing).rejects.toMatchObject({ failure: { code: 'text-invalid' } });
  });
});
