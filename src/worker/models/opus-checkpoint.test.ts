import { existsSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { BOUNDS } from '../../../e2e/harness/parity.ts';
import type { CheckpointFiles } from '../checkpoint/files.ts';
import { Safetensors } from '../checkpoint/safetensors.ts';
import { HeedFailure } from '../failure.ts';
import { loadTranslator } from '../load-translator.ts';

const FOLDER = new URL('../../../e2e/fixtures/opus/marian-opus/', import.meta.url);

interface Expected {
  translations: { text: string; ids: number[]; tokens: number[]; score: number; target: string }[];
  forced: { source: string; target: string; sourceIds: number[]; targetIds: number[] };
}

const expected = JSON.parse(readFileSync(new URL('expected.json', FOLDER), 'utf8')) as Expected;

/** @param changes contents that take a file's place */
function folder(changes: Record<string, string> = {}): CheckpointFiles {
  const read = (name: string): Uint8Array<ArrayBuffer> => {
    const change = changes[name];
    if (change !== undefined) return new TextEncoder().encode(change);
    const file = new URL(name, FOLDER);
    if (!existsSync(file)) throw new HeedFailure({ code: 'model-missing', message: name });
    return Uint8Array.from(readFileSync(file));
  };
  return {
    readText: async (name) => new TextDecoder().decode(read(name)),
    readBytes: async (name) => read(name),
  };
}

const load = (changes?: Record<string, string>) =>
  loadTranslator(folder(changes), { signal: new AbortController().signal, onBytes: () => {} });

function largestGap(actual: Float32Array, reference: Float32Array): number {
  expect(actual.length).toBe(reference.length);
  return actual.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (reference[index] ?? NaN))),
    0,
  );
}

describe.each(NODE_BACKENDS)('a translator of 2020 on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it(
    'translates as the reference does, by the settings of its config.json',
    { timeout: 60_000 },
    async () => {
      const translator = await load();
      for (const { text, ids, tokens, score, target } of expected.translations) {
        const { beamCount } = translator.settings;
        const run = await translator.translate(text, { beamCount, isOneSentence: true });
        const [sentence] = run.sentences;
        const [best] = sentence?.hypotheses ?? [];
        expect(sentence?.source.ids).toEqual(ids);
        expect(best?.target.ids).toEqual(tokens.slice(1));
        expect(best?.target.text).toBe(target);
        expect(best?.score).toBeCloseTo(score, 3);
        run.dispose();
      }
      translator.dispose();
    },
  );

  it('has the attention and the logits of the reference for a given target', async () => {
    const reference = new Safetensors(
      Uint8Array.from(readFileSync(new URL('expected.safetensors', FOLDER))),
    );
    const read = (name: string): Float32Array => reference.floats(name, reference.shape(name));
    const { source, target, sourceIds, targetIds } = expected.forced;
    const translator = await load();
    const sentence = translator.source.readSentence(source);
    expect(sentence.ids).toEqual(sourceIds);
    const trace = await translator.force(sentence, target);
    expect(trace.hypotheses[0]?.target.ids).toEqual(targetIds);
    for (const [stack, count] of [
      ['encoder', 3],
      ['decoder', 2],
      ['cross', 2],
    ] as const) {
      for (let layer = 0; layer < count; layer += 1) {
        const { values } = await trace.readLayer(stack, layer, 0);
        expect(largestGap(values, read(`${stack}_attentions.${layer}`))).toBeLessThan(
          BOUNDS.attention,
        );
      }
    }
    const encoded = translator.model.encode(sourceIds);
    const inputs = [translator.settings.startToken, ...targetIds.slice(0, -1)];
    const { logits } = await encoded.force(inputs);
    const largest = read('logits').reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largestGap(logits, read('logits')) / largest).toBeLessThan(BOUNDS.logits);
    encoded.dispose();
    trace.dispose();
    translator.dispose();
  });
});

it('a language code in front of a text leads every sentence of it', async () => {
  await useNodeBackend('cpu');
  const translator = await load();
  expect(translator.tokenizer.languageCodes).toEqual(['>>fra<<', '>>deu<<']);
  const [first, second] = translator.source.readText('>>deu<< The cat sleeps. A dog runs.');
  expect([first?.tokens[0], second?.tokens[0]]).toEqual(['>>deu<<', '>>deu<<']);
  expect(second?.special[0]).toBe(true);
  // A code that the vocabulary does not have is a text like any other.
  const [, unknown] = translator.source.readText('>>xyz<< The cat sleeps. A dog runs.');
  expect(unknown?.tokens[0]).not.toBe('>>xyz<<');
  translator.dispose();
});

describe('a translator whose files do not fit', () => {
  beforeAll(() => useNodeBackend('cpu'));

  it.each<[string, Record<string, string>, RegExp]>([
    ['a vocabulary of another model', { 'vocab.json': '{"</s>":0,"<unk>":9999}' }, /id 9999/],
    ['a model that is a page', { 'source.spm': '<!doctype html>' }, /wire type|bytes wanted/],
    ['weights that are a page', { 'pytorch_model.bin': '<!doctype html>' }, /pytorch_model\.bin: /],
  ])('rejects %s', async (_, changes, detail) => {
    await expect(load(changes)).rejects.toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({ detail: expect.stringMatching(detail) }),
      }),
    );
  });
});
