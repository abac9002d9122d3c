import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { marianConfig, marianShapes, randomWeights } from '../../e2e/harness/random-checkpoint.ts';
import type { TranslationNews } from '../engine/translation-protocol.ts';
import { noChanges } from '../engine/what-if-protocol.ts';
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
      attentionBytes: 2 ** 30,
      firstRun: 1,
    },
    () => {},
  );
  await core.start({ forced: 'cpu', allowSoftwareAdapter: false }, context());
  await core.loadTranslationModel({ source: { kind: 'address', address: model } }, context());
  return core;
}

vi.setConfig({ testTimeout: 60_000 });

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

const off = (stack: 'encoder' | 'decoder' | 'cross', layer: number, head: number) =>
  ({ stack, layer, head, scale: 0, replacement: null }) as const;

const taking = (from: number, layer: number) => ({
  ...noChanges,
  heads: [
    {
      ...off('encoder', layer, 0),
      scale: 1,
      replacement: { kind: 'other-run', run: from } as const,
    },
  ],
});

describe('translateChanged', () => {
  const text = 'The cat sleeps on the wall.';
  const everyHead = (['encoder', 'decoder', 'cross'] as const).flatMap((stack) =>
    [0, 1, 2, 3].map((index) => off(stack, index >> 1, index % 2)),
  );

  async function translated() {
    const run = await core.translate({ model, text, beamCount: 2, slot: 'main' }, context());
    const place = { run: run.run, sentence: 0, hypothesis: 1 };
    const old = run.sentences[0]?.hypotheses[1] ?? expect.fail();
    return { run, place, old, args: { ...place, beamCount: 2 } };
  }

  it('without changes gives the same translation, and no difference', async () => {
    const { run, args, old } = await translated();
    const again = await core.translateChanged({ ...args, changes: noChanges }, context());
    expect(again.sentence).toEqual(run.sentences[0]);
    expect(again.oldTarget.target).toEqual(old.target);
    expect(again.tokens).toHaveLength(old.steps.length);
    for (const [index, token] of again.tokens.entries()) {
      expect(token.before).toBeCloseTo(old.steps[index]?.logProbability ?? NaN, 4);
      expect(token.after).toBe(token.before);
      expect(token.totalVariation).toBe(0);
    }
  });

  it('scores the old target as forcing it with the changes does, and keeps both runs', async () => {
    const { place, args, old } = await translated();
    const changes = { ...noChanges, heads: [off('cross', 1, 0)], hiddenTokens: [2] };
    const changed = await core.translateChanged({ ...args, changes }, context());
    expect(changed.tokens.map(({ after }) => after)).toEqual(
      changed.oldTarget.steps.map(({ logProbability }) => logProbability),
    );
    const sum = changed.tokens.reduce((total, { after, before }) => total + after - before, 0);
    expect(Math.abs(sum)).toBeGreaterThan(1e-3);
    const stack = { stack: 'cross', sentence: 0 } as const;
    const hypothesis = changed.sentence.hypotheses.length;
    const after = await core.readStack({ run: changed.run, hypothesis, ...stack }, context());
    expect(after.queryCount).toBe(old.steps.length);
    for (let row = 0; row < after.values.length; row += after.keyCount)
      expect(after.values[row + 2]).toBe(0);
    const before = await core.readStack({ run: place.run, hypothesis: 1, ...stack }, context());
    expect(before.values.some((value, index) => index % before.keyCount === 2 && value > 0)).toBe(
      true,
    );
  });

  it('stays finite with every head off', async () => {
    const { args } = await translated();
    const changes = { ...noChanges, heads: everyHead };
    const { tokens, sentence } = await core.translateChanged({ ...args, changes }, context());
    expect(tokens.every(({ after }) => Number.isFinite(after))).toBe(true);
    expect(sentence.hypotheses.length).toBeGreaterThan(0);
  });

  it('keeps no more than the last of its slot', async () => {
    const { args } = await translated();
    const run = () =>
      core.translateChanged({ ...args, changes: { ...noChanges, heads: everyHead } }, context());
    await run();
    const tensors = tf.memory().numTensors;
    for (let round = 0; round < 3; round += 1) await run();
    const failing = { ...args, changes: { ...noChanges, hiddenTokens: [99] } };
    await expect(core.translateChanged(failing, context())).rejects.toMatchObject({
      failure: { code: 'bad-request' },
    });
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('takes another run’s weights for the encoder where they fit', async () => {
    const { run, args } = await translated();
    const other = await core.translate({ model, text, beamCount: 1, slot: 'compare' }, context());
    // In the first layer a run of the same text has the very same weights.
    const same = await core.translateChanged({ ...args, changes: taking(other.run, 0) }, context());
    expect(same.sentence.hypotheses[0]?.target).toEqual(run.sentences[0]?.hypotheses[0]?.target);
    const short = await core.translate(
      { model, text: 'A cat.', beamCount: 1, slot: 'compare' },
      context(),
    );
    await expect(
      core.translateChanged({ ...args, changes: taking(short.run, 0) }, context()),
    ).rejects.toMatchObject({
      failure: { message: expect.stringMatching(/other run’s weights do not fit/) },
    });
  });
});

describe('lenses and head importance', () => {
  it('say how far they are, end when they are cancelled, and leave nothing behind', async () => {
    const { run, sentences } = await core.translate(
      { model, text: 'The cat sleeps.', beamCount: 1, slot: 'main' },
      context(),
    );
    const place = { run, sentence: 0, hypothesis: 0 };
    const tensors = tf.memory().numTensors;
    const { lenses } = await core.loadTranslationModel(
      { source: { kind: 'address', address: model } },
      context(),
    );
    const targetCount = sentences[0]?.hypotheses[0]?.steps.length ?? 0;
    const sourceCount = sentences[0]?.source.ids.length ?? 0;
    for (const { id, unavailable } of lenses) {
      const args = { ...place, lens: id, layer: 1, head: 1, options: {} };
      if (unavailable !== null) {
        await expect(core.applyTranslationLens(args, context())).rejects.toMatchObject({
          failure: { code: 'bad-request', message: unavailable },
        });
        continue;
      }
      const { queryCount, keyCount, values } = await core.applyTranslationLens(args, context());
      expect([queryCount, keyCount, values.length]).toEqual([
        targetCount,
        sourceCount,
        targetCount * sourceCount,
      ]);
      expect(
        values.every((value) => Number.isFinite(value)),
        id,
      ).toBe(true);
    }
    const progress: number[] = [];
    const importance = await core.translationHeadImportance(place, {
      ...context(),
      onProgress: ({ done }) => progress.push(done),
    });
    expect(progress).toEqual(Array.from({ length: 12 }, (_, index) => index));
    expect(importance.without.encoder).toHaveLength(4 * targetCount);
    const [head] = [importance.without.cross?.subarray(0, targetCount) ?? expect.fail()];
    const { tokens } = await core.translateChanged(
      { ...place, beamCount: 1, changes: { ...noChanges, heads: [off('cross', 0, 0)] } },
      context(),
    );
    for (const [index, { after }] of tokens.entries()) expect(head[index]).toBeCloseTo(after, 5);
    const changedTensors = tf.memory().numTensors;
    for (const call of ['relevance', 'occlusion', 'importance'] as const) {
      const controller = new AbortController();
      const cancelling: CallContext = {
        ...context(),
        signal: controller.signal,
        onProgress: ({ done }) => done === 2 && controller.abort(new Error('moved on')),
      };
      const work =
        call === 'importance'
          ? core.translationHeadImportance(place, cancelling)
          : core.applyTranslationLens(
              { ...place, lens: call, layer: 0, head: 0, options: {} },
              cancelling,
            );
      await expect(work).rejects.toThrow('moved on');
    }
    expect(tf.memory().numTensors).toBe(changedTensors);
    expect(changedTensors).toBeGreaterThan(tensors);
  });
});
