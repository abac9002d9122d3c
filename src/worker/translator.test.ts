import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { useNodeBackend } from '../../e2e/harness/node-backends.ts';
import {
  gruConfig,
  gruShapes,
  marianConfig,
  marianShapes,
  randomTensors,
  randomWeights,
} from '../../e2e/harness/random-checkpoint.ts';
import type { CheckpointFiles } from './checkpoint/files.ts';
import { fail } from './failure.ts';
import { loadTranslationModel } from './models/load-translation-model.ts';
import type { SentenceTrace, TranslationStack } from './translation-trace.ts';
import { loadTranslator } from './load-translator.ts';
import type { TranslationEvent } from './sentence-search.ts';
import type { Translator } from './translator.ts';

const VOCABULARY = 420;
const SIZE = { width: 16, feedForward: 24, layers: 2, heads: 2, vocabulary: VOCABULARY };
const GRU_SIZE = { embedding: 8, encoder: 6, decoder: 10, attention: 5, vocabulary: VOCABULARY };
const TOKENIZER = JSON.stringify(
  JSON.parse(
    readFileSync(
      new URL('../../e2e/fixtures/tokenizer-small/byte-level.json', import.meta.url),
      'utf8',
    ),
  ).tokenizer,
);
const MARIAN = {
  config: { ...marianConfig(SIZE), max_length: 30, max_position_embeddings: 64 },
  weights: randomWeights(marianShapes(SIZE), 1.5),
};
const GRU = {
  config: { ...gruConfig(GRU_SIZE), max_length: 30 },
  weights: randomWeights(gruShapes(GRU_SIZE), 1.5),
};

function folder(
  { config, weights }: { config: object; weights: Uint8Array<ArrayBuffer> },
  changes: Record<string, string | null> = {},
): CheckpointFiles {
  const texts: Record<string, string | null> = {
    'config.json': JSON.stringify(config),
    'tokenizer.json': TOKENIZER,
    ...changes,
  };
  return {
    readText: async (name) => texts[name] ?? fail('model-missing', `The model has no ${name}.`),
    readBytes: async () => weights.slice(),
  };
}

const options = { signal: new AbortController().signal, onBytes: () => {} };
const open = (files: CheckpointFiles): Promise<Translator> => loadTranslator(files, options);
const failure = (code: string) =>
  expect.objectContaining({ failure: expect.objectContaining({ code }) });

vi.setConfig({ testTimeout: 60_000 });
beforeAll(() => useNodeBackend('wasm'));

describe.each([
  ['marian', MARIAN],
  ['heed-gru', GRU],
])('a %s translator', (_, checkpoint) => {
  it.each([1, 4])('streams what it returns, with %i beams', async (beamCount) => {
    const translator = await open(folder(checkpoint));
    const steps: number[] = [];
    const events: TranslationEvent[] = [];
    const trace = await translator.translate('The cat sleeps. It rains!', {
      beamCount,
      onEvent: (event) => {
        events.push(event);
        if (event.type !== 'steps' || event.sentence !== 1) return;
        steps.length = event.kept;
        steps.push(...event.added.map(({ token }) => token));
        expect(event.target.ids).toEqual(steps);
      },
    });
    expect(trace.sentences).toHaveLength(2);
    const [best] = trace.sentence(1).hypotheses;
    expect(steps).toEqual(best?.steps.map(({ token }) => token));
    expect(trace.sentence(1).hypotheses).toHaveLength(beamCount);
    expect(events.filter(({ type }) => type === 'sentence')).toHaveLength(2);
    trace.dispose();
    translator.dispose();
  });

  it('tells of all steps at the end of a sentence where news was not due before', async () => {
    const translator = await open(folder(checkpoint));
    const events: TranslationEvent[] = [];
    const trace = await translator.translate('The cat sleeps. It rains!', {
      beamCount: 2,
      isNewsDue: () => false,
      onEvent: (event) => events.push(event),
    });
    expect(events.map(({ type }) => type)).toEqual(['sentence', 'steps', 'sentence', 'steps']);
    for (const event of events) {
      if (event.type !== 'steps') continue;
      const [best] = trace.sentence(event.sentence).hypotheses;
      expect(event.added).toEqual(best?.steps);
      expect(event.target).toEqual(best?.target);
    }
    trace.dispose();
    translator.dispose();
  });

  it('leaves no tensor behind, whatever becomes of a translation', async () => {
    const before = tf.memory().numTensors;
    const translator = await open(folder(checkpoint));
    const loaded = tf.memory().numTensors;
    const controller = new AbortController();
    const cancelled = translator.translate('The cat sleeps on the wall. It rains.', {
      beamCount: 2,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'steps' && event.sentence === 1) controller.abort(new Error('typed on'));
      },
    });
    await expect(cancelled).rejects.toThrow('typed on');
    expect(tf.memory().numTensors).toBe(loaded);
    for (let round = 0; round < 3; round += 1) {
      const trace = await translator.translate('A cat.', { beamCount: 3 });
      const forced = await translator.force(trace.sentence(0).source, 'Un chat.');
      forced.dispose();
      trace.dispose();
      expect(tf.memory().numTensors).toBe(loaded);
    }
    translator.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('goes on from another token', async () => {
    const translator = await open(folder(checkpoint));
    const trace = await translator.translate('The cat sleeps.', { beamCount: 1 });
    const { source, hypotheses } = trace.sentence(0);
    const second = hypotheses[0]?.steps[1];
    const other = second?.candidates.find(({ token }) => token !== second.token)?.token ?? 5;
    const prefix = [hypotheses[0]?.steps[0]?.token ?? 0, other];
    const again = await translator.continueFrom(source, prefix, { beamCount: 1 });
    expect(again.hypotheses[0]?.steps.slice(0, 2).map(({ token }) => token)).toEqual(prefix);
    // The state before the change is the same one.
    expect(again.hypotheses[0]?.steps[1]?.candidates).toEqual(second?.candidates);
    for (const one of [trace, again, translator]) one.dispose();
  });

  it('gives a forced target the attention that decoding it gave', async () => {
    const translator = await open(folder(checkpoint));
    const first = await translator.force(
      translator.source.readText('The cat sleeps.')[0] ?? expect.fail(),
      'Le chat dort.',
    );
    const target = first.hypotheses[0]?.steps.map(({ token }) => token) ?? [];
    const stepped = await translator.continueFrom(first.source, target, { beamCount: 1 });
    for (const stack of ['cross', 'decoder'] as const) {
      if (translator.model.shape.stacks[stack] === null) continue;
      const forced = await first.readLayer(stack, 0, 0);
      const made = await stepped.readLayer(stack, 0, 0);
      expect(made.queryCount).toBe(forced.queryCount);
      for (const [index, value] of forced.values.entries()) {
        expect(made.values[index]).toBeCloseTo(value, 5);
      }
    }
    for (const [index, step] of (first.hypotheses[0]?.steps ?? []).entries()) {
      const again = stepped.hypotheses[0]?.steps[index];
      // Step by step on wasm the vocabulary's weights are integers of 15 bits.
      expect(again?.logProbability).toBeCloseTo(step.logProbability, 3);
    }
    for (const one of [first, stepped, translator]) one.dispose();
  });

  it('rows and layers of the trace agree, and rows sum to 1', async () => {
    const translator = await open(folder(checkpoint));
    const trace = await translator.translate('The cat sleeps on the wall.', { beamCount: 2 });
    const { stacks } = translator.model.shape;
    for (const stack of ['encoder', 'decoder', 'cross'] as const) {
      if (stacks[stack] !== null) await expectAgreement(trace.sentence(0), stack, stacks[stack]);
      else
        await expect(trace.sentence(0).readLayer(stack, 0, 0)).rejects.toEqual(
          failure('bad-request'),
        );
    }
    trace.dispose();
    translator.dispose();
  });
});

async function expectAgreement(
  sentence: SentenceTrace,
  stack: TranslationStack,
  { layerCount, headCount }: { layerCount: number; headCount: number },
): Promise<void> {
  const last = layerCount - 1;
  const { queryCount, keyCount, values } = await sentence.readLayer(stack, last, 1);
  for (let query = 0; query < queryCount; query += 1) {
    const rows = await sentence.readQuery(stack, query, 1);
    expect(rows).toHaveLength(layerCount * headCount * keyCount);
    for (let head = 0; head < headCount; head += 1) {
      const start = (last * headCount + head) * keyCount;
      const row = rows.subarray(start, start + keyCount);
      const place = (head * queryCount + query) * keyCount;
      expect(row).toEqual(values.subarray(place, place + keyCount));
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      if (stack === 'decoder')
        expect(row.subarray(query + 1).every((value) => value === 0)).toBe(true);
    }
  }
}

describe('bad input', () => {
  it.each([
    ['', 'text-invalid'],
    ['  \n', 'text-invalid'],
    ['\u202e\u200b', 'text-invalid'],
    ['x'.repeat(100_000), 'text-invalid'],
    ['😀'.repeat(100), 'text-invalid'],
  ])('refuses %j', async (text, code) => {
    const translator = await open(folder(MARIAN));
    await expect(translator.translate(text, { beamCount: 1 })).rejects.toEqual(failure(code));
    translator.dispose();
  });

  it.each([
    '😀',
    'Привет',
    '日本語',
    '<script>alert(1)</script>',
    'a \ud83d b',
    '\u202eabc',
    'a\u0000b',
  ])('translates %j', async (text) => {
    const translator = await open(folder(MARIAN));
    const trace = await translator.translate(text, { beamCount: 1 });
    expect(trace.sentence(0).hypotheses[0]?.steps.length).toBeGreaterThan(0);
    trace.dispose();
    translator.dispose();
  });

  it('takes a text as one sentence when told to', async () => {
    const translator = await open(folder(MARIAN));
    const [only, ...others] = translator.source.readText(' It rains. It pours. ', true);
    expect(others).toEqual([]);
    expect(only?.text).toBe(' It rains. It pours. ');
    expect(only?.spans[0]?.[0]).toBe(1);
    translator.dispose();
  });

  it('splits a sentence that the model cannot read at once', async () => {
    const translator = await open(folder(MARIAN));
    const parts = translator.source.readText('the cat sleeps on the wall and '.repeat(10));
    expect(parts.length).toBeGreaterThan(1);
    expect(parts.every(({ ids }) => ids.length <= 64)).toBe(true);
    const { text, spans } = parts[1] ?? expect.fail();
    expect(text.slice(spans[0]?.[0], spans[0]?.[1]).length).toBeGreaterThan(0);
    translator.dispose();
  });

  it.each([0, 9, 1.5, NaN])('refuses %d beams', async (beamCount) => {
    const translator = await open(folder(MARIAN));
    await expect(translator.translate('cat', { beamCount })).rejects.toEqual(
      failure('bad-request'),
    );
    translator.dispose();
  });

  it.each([[[-1]], [[VOCABULARY]], [[1.5]]])('refuses to go on from %j', async (prefix) => {
    const translator = await open(folder(MARIAN));
    const source = translator.source.readText('cat')[0] ?? expect.fail();
    await expect(translator.continueFrom(source, prefix, { beamCount: 1 })).rejects.toEqual(
      failure('bad-request'),
    );
    translator.dispose();
  });
});

describe('a damaged checkpoint', () => {
  it.each([
    ['a missing tokenizer', { 'tokenizer.json': null }, 'model-missing'],
    ['a damaged tokenizer', { 'tokenizer.json': '{}' }, 'model-invalid'],
    ['a damaged config', { 'config.json': '[' }, 'model-invalid'],
    ['another model', { 'config.json': '{"model_type":"bert"}' }, 'model-unsupported'],
    [
      'a damaged generation_config.json',
      { 'generation_config.json': '{"num_beams":0}' },
      'model-invalid',
    ],
  ])('fails with a code and leaves nothing: %s', async (_, changes, code) => {
    const before = tf.memory().numTensors;
    await expect(open(folder(MARIAN, changes))).rejects.toEqual(failure(code));
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['d_model', 17, 'model-invalid'],
    ['d_model', 'wide', 'model-invalid'],
    ['d_model', 32, 'weights-invalid'],
    ['encoder_layers', 3, 'weights-invalid'],
    ['encoder_layers', 0, 'model-invalid'],
    ['decoder_attention_heads', 3, 'model-invalid'],
    ['decoder_ffn_dim', 25, 'weights-invalid'],
    ['vocab_size', 419, 'weights-invalid'],
    ['vocab_size', 1e12, 'model-invalid'],
    ['max_position_embeddings', 65_536, 'model-unsupported'],
    ['activation_function', 'tanhshrink', 'model-unsupported'],
    ['activation_function', 'constructor', 'model-unsupported'],
    ['share_encoder_decoder_embeddings', false, 'weights-invalid'],
    ['tie_word_embeddings', false, 'weights-invalid'],
  ])('fails for marian’s %s %j', (key, value, code) => {
    const before = tf.memory().numTensors;
    const config = JSON.stringify({ ...MARIAN.config, [key]: value });
    const tensors = randomTensors(marianShapes(SIZE), 1);
    expect(() => loadTranslationModel(config, tensors)).toThrow(failure(code));
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    ['vocab_size', undefined, 'model-invalid'],
    ['embedding_size', 9, 'weights-invalid'],
    ['encoder_layers', 2, 'weights-invalid'],
    ['attention_size', 0, 'model-invalid'],
    ['decoder_hidden_size', '10', 'model-invalid'],
  ])('fails for the recurrent model’s %s %j', (key, value, code) => {
    const before = tf.memory().numTensors;
    const config = JSON.stringify({ ...GRU.config, [key]: value });
    const tensors = randomTensors(gruShapes(GRU_SIZE), 1);
    expect(() => loadTranslationModel(config, tensors)).toThrow(failure(code));
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([...marianShapes(SIZE).keys()].filter((name) => name !== 'final_logits_bias'))(
    'names a missing tensor: %s',
    (name) => {
      const shapes = marianShapes(SIZE);
      shapes.delete(name);
      const config = JSON.stringify(MARIAN.config);
      const load = () => loadTranslationModel(config, randomTensors(shapes, 1));
      const missing = name === 'model.shared.weight' ? 'embed_tokens.weight' : name;
      expect(load).toThrow(
        expect.objectContaining({
          failure: expect.objectContaining({
            code: 'weights-invalid',
            detail: expect.stringContaining(missing),
          }),
        }),
      );
    },
  );
});
