import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import {
  gruConfig,
  gruShapes,
  marianConfig,
  marianShapes,
  randomTensors,
} from '../../../e2e/harness/random-checkpoint.ts';
import {
  type AttentionChanges,
  type HeadChange,
  noChanges,
  type Replacement,
} from '../../engine/what-if-protocol.ts';
import { compileChanges } from './attention-changes.ts';
import { loadTranslationModel } from './load-translation-model.ts';
import type { AttentionRows, EncodedSource, TranslationModel } from './translation-model.ts';

const source = [5, 9, 7, 12, 3, 0];
const inputs = [2, 8, 4, 15, 6];
const marianSize = { width: 12, feedForward: 16, layers: 2, heads: 3, vocabulary: 20 };
const gruSize = { embedding: 8, encoder: 6, decoder: 10, attention: 5, vocabulary: 20 };
const models: Record<string, () => TranslationModel> = {
  marian: () =>
    loadTranslationModel(
      JSON.stringify(marianConfig(marianSize)),
      randomTensors(marianShapes(marianSize), 2),
    ),
  'heed-gru': () =>
    loadTranslationModel(JSON.stringify(gruConfig(gruSize)), randomTensors(gruShapes(gruSize), 2)),
};

const change = (
  stack: HeadChange['stack'],
  layer: number,
  head: number,
  replacement: Replacement | null,
  scale = 1,
): HeadChange => ({ stack, layer, head, scale, replacement });

function compile(model: TranslationModel, changes: Partial<AttentionChanges>) {
  return compileChanges({ ...noChanges, ...changes }, model.shape, source.length, async () =>
    // A head of another run that looks at the token before, and the first at itself.
    Float32Array.from({ length: source.length ** 2 }, (_, index) => {
      const [query, key] = [Math.floor(index / source.length), index % source.length];
      return key === Math.max(0, query - 1) ? 1 : 0;
    }),
  );
}

async function changedSource(
  model: TranslationModel,
  changes: Partial<AttentionChanges>,
): Promise<EncodedSource> {
  return model.encode(source, await compile(model, changes));
}

async function stepThrough(encoded: EncodedSource, beamCount: number) {
  const session = encoded.begin();
  const logits: number[][] = [];
  const rows: AttentionRows[] = [];
  for (const [position, token] of inputs.entries()) {
    if (position === 1) session.reorder(Array.from({ length: beamCount }, () => 0));
    const count = position === 0 ? 1 : beamCount;
    const output = await session.step(Array.from({ length: count }, () => token));
    const size = output.logits.length / count;
    // The last beam: what it gets must not depend on those before it.
    logits.push([...output.logits.subarray((count - 1) * size)]);
    rows.push(output.rows.at(-1) ?? expect.fail());
  }
  session.dispose();
  return { logits, rows };
}

const everything: Partial<AttentionChanges> = {
  heads: [
    change('encoder', 0, 0, { kind: 'uniform' }),
    change('encoder', 0, 1, { kind: 'permuted', seed: 3 }, 0.5),
    change('encoder', 1, 2, { kind: 'other-run', run: 1 }),
    change('decoder', 0, 0, { kind: 'permuted', seed: 4 }),
    change('decoder', 0, 1, { kind: 'one-hot' }, 2),
    change('decoder', 1, 1, { kind: 'uniform' }),
    change('cross', 0, 0, { kind: 'temperature', temperature: 0.3 }),
    change('cross', 0, 2, { kind: 'permuted', seed: 5 }),
    change('cross', 1, 0, null, 0),
    change('cross', 1, 1, { kind: 'one-hot' }),
  ],
  cuts: [
    { stack: 'encoder', layer: 1, head: null, query: 2, key: 3 },
    { stack: 'decoder', layer: 0, head: 0, query: 3, key: 1 },
    { stack: 'cross', layer: 0, head: 1, query: 2, key: 0 },
    // The first position reads one token only: no key is left.
    { stack: 'decoder', layer: 1, head: 0, query: 0, key: 0 },
  ],
  hiddenTokens: [1],
};
const ofGru: Partial<AttentionChanges> = {
  heads: [change('cross', 0, 0, { kind: 'permuted', seed: 3 }, 0.7)],
  cuts: [{ stack: 'cross', layer: 0, head: 0, query: 2, key: 4 }],
  hiddenTokens: [1],
};

describe.each(NODE_BACKENDS)('changed attention on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it.each([
    ['marian', everything, 1],
    ['marian', everything, 3],
    ['heed-gru', ofGru, 1],
    ['heed-gru', ofGru, 3],
  ])('decoding %s step by step is as all at once: %#', async (name, changes, beamCount) => {
    const before = tf.memory().numTensors;
    const model = models[name]?.() ?? expect.fail();
    const encoded = await changedSource(model, changes);
    const forced = await encoded.force(inputs);
    const stepped = await stepThrough(encoded, beamCount);
    const size = forced.logits.length / inputs.length;
    for (const [position, logits] of stepped.logits.entries()) {
      const expected = forced.logits.subarray(position * size, (position + 1) * size);
      for (const [token, logit] of logits.entries())
        expect(logit).toBeCloseTo(expected[token] ?? NaN, 3);
      for (const stack of ['cross', 'decoder'] as const) {
        const wanted = forced.rows[position]?.[stack] ?? [];
        const got = stepped.rows[position]?.[stack] ?? [];
        expect(got.length).toBe(wanted.length);
        for (const [index, weight] of wanted.entries()) expect(got[index]).toBeCloseTo(weight, 4);
      }
    }
    encoded.dispose();
    model.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('reports the weights that the values were mixed with', async () => {
    const model = models['marian']?.() ?? expect.fail();
    const plain = await changedSource(model, {});
    const encoded = await changedSource(model, everything);
    const count = source.length;
    const [first, last] = [await encoded.readAttention(0), await encoded.readAttention(1)];
    const base = await plain.readAttention(0);
    for (let query = 0; query < count; query += 1) {
      const row = (values: Float32Array, head: number) =>
        values.slice((head * count + query) * count, (head * count + query + 1) * count);
      expect([...row(first, 0)]).toEqual(
        source.map((_, key) => (key === 1 ? 0 : expect.closeTo(1 / (count - 1), 5))),
      );
      // In other places, but the same weights: the base's without the hidden key, shared out anew.
      const old = row(base, 1);
      old[1] = 0;
      const sum = old.reduce((total, weight) => total + weight, 0);
      const sorted = [...row(first, 1)].toSorted((a, b) => a - b);
      for (const [index, weight] of [...old].toSorted((a, b) => a - b).entries())
        expect(sorted[index]).toBeCloseTo(weight / sum, 4);
      expect(row(first, 1)[1]).toBe(0);
      // The other run's looks at the token before; the one after the hidden token has none left.
      const before = Math.max(0, query - 1);
      const isLost = before === 1 || (query === 2 && before === 3);
      expect(row(last, 2)[before]).toBe(isLost ? 0 : 1);
    }
    expect(last[2 * count + 3]).toBe(0);
    const { rows } = await encoded.force(inputs);
    // A head that is switched off still says where it looked.
    const off = rows[0]?.cross.subarray(3 * count, 4 * count) ?? expect.fail();
    expect(off.reduce((total, weight) => total + weight, 0)).toBeCloseTo(1, 5);
    const hard = [...(rows[2]?.cross.subarray(4 * count, 5 * count) ?? [])];
    expect(hard.toSorted()).toEqual([0, 0, 0, 0, 0, 1]);
    const lost = rows[0]?.decoder?.subarray(3, 4) ?? expect.fail();
    expect([...lost]).toEqual([0]);
    for (const one of [plain, encoded, model]) one.dispose();
  });

  it('a head that is switched off is one whose output projection is zero', async () => {
    const shapes = marianShapes(marianSize);
    const config = JSON.stringify(marianConfig(marianSize));
    const model = loadTranslationModel(config, randomTensors(shapes, 2));
    const tensors = randomTensors(shapes, 2);
    const size = marianSize.width / marianSize.heads;
    const zeroed: [string, HeadChange][] = [
      ['model.encoder.layers.0.self_attn', change('encoder', 0, 1, null, 0)],
      ['model.decoder.layers.1.self_attn', change('decoder', 1, 0, null, 0)],
      ['model.decoder.layers.0.encoder_attn', change('cross', 0, 2, null, 0)],
    ];
    const floats = tensors.floats.bind(tensors);
    tensors.floats = (name, shape) => {
      const values = floats(name, shape);
      const found = zeroed.find(([module]) => name === `${module}.out_proj.weight`);
      if (found === undefined) return values;
      return values.map((value, index) =>
        Math.floor((index % marianSize.width) / size) === found[1].head ? 0 : value,
      );
    };
    const other = loadTranslationModel(config, tensors);
    const encoded = await changedSource(model, { heads: zeroed.map(([, head]) => head) });
    const reference = other.encode(source);
    const [changed, expected] = [await encoded.force(inputs), await reference.force(inputs)];
    for (const [index, logit] of expected.logits.entries())
      expect(changed.logits[index]).toBeCloseTo(logit, 4);
    for (const one of [encoded, reference, model, other]) one.dispose();
  });

  it('stays finite without any head, and without any source token', async () => {
    for (const [name, load] of Object.entries(models)) {
      const model = load();
      const heads = (['encoder', 'decoder', 'cross'] as const).flatMap((stack) => {
        const { layerCount, headCount } = model.shape.stacks[stack] ?? {
          layerCount: 0,
          headCount: 0,
        };
        return Array.from({ length: layerCount * headCount }, (_, index) =>
          change(stack, Math.floor(index / headCount), index % headCount, null, 0),
        );
      });
      for (const changes of [{ heads }, { hiddenTokens: source.map((_, token) => token) }]) {
        const encoded = await changedSource(model, changes);
        const { logits } = await encoded.force(inputs);
        expect(
          logits.every((logit) => Number.isFinite(logit)),
          name,
        ).toBe(true);
        encoded.dispose();
      }
      model.dispose();
    }
  });

  it('a temperature divides the scores', async () => {
    const model = models['heed-gru']?.() ?? expect.fail();
    const heads = [change('cross', 0, 0, { kind: 'temperature', temperature: 2 })];
    const [plain, encoded] = [model.encode(source), await changedSource(model, { heads })];
    const base = (await plain.force([2])).rows[0]?.cross ?? expect.fail();
    const warm = (await encoded.force([2])).rows[0]?.cross ?? expect.fail();
    const roots = base.map((weight) => Math.sqrt(weight));
    const sum = roots.reduce((total, root) => total + root, 0);
    for (const [key, root] of roots.entries()) expect(warm[key]).toBeCloseTo(root / sum, 5);
    for (const one of [plain, encoded, model]) one.dispose();
  });
});

describe('what cannot be changed', () => {
  beforeAll(() => useNodeBackend('cpu'));

  const cut = { stack: 'cross', layer: 0, head: null, query: 0, key: 0 } as const;
  it.each<[string, Partial<AttentionChanges>, string, RegExp]>([
    ['marian', { heads: [change('self', 0, 0, null, 0)] }, 'self', /no such attention/],
    ['marian', { heads: [change('encoder', 2, 0, null, 0)] }, 'layer', /no such layer/],
    ['marian', { heads: [change('cross', 0, 3, null, 0)] }, 'head', /no such head/],
    ['marian', { heads: [change('cross', 0, 0, null, -1)] }, 'scale', /scale/],
    ['marian', { heads: [change('cross', 0, 0, null, NaN)] }, 'scale', /scale/],
    [
      'marian',
      { heads: [change('cross', 0, 0, { kind: 'temperature', temperature: 0 })] },
      '',
      /temperature/,
    ],
    ['marian', { heads: [change('cross', 0, 0, { kind: 'permuted', seed: 0.5 })] }, '', /seed/],
    [
      'marian',
      { heads: [change('cross', 0, 0, { kind: 'other-run', run: 1 })] },
      '',
      /encoder’s alone/,
    ],
    [
      'marian',
      { heads: [change('cross', 0, 0, null, 0), change('cross', 0, 0, null, 2)] },
      '',
      /twice/,
    ],
    ['marian', { cuts: [{ ...cut, key: 6 }] }, '', /no such edge/],
    ['marian', { cuts: [{ ...cut, stack: 'decoder', key: 1 }] }, '', /no such edge/],
    ['marian', { cuts: [{ ...cut, stack: 'encoder', query: 6 }] }, '', /no such edge/],
    ['marian', { hiddenTokens: [6] }, '', /source token/],
    ['heed-gru', { heads: [change('encoder', 0, 0, null, 0)] }, '', /recurrent and has no encoder/],
    ['heed-gru', { cuts: [{ ...cut, stack: 'decoder' }] }, '', /recurrent and has no decoder/],
  ])('%s refuses %j', async (name, changes, _, message) => {
    const model = models[name]?.() ?? expect.fail();
    await expect(compile(model, changes)).rejects.toMatchObject({
      failure: { code: 'bad-request', message: expect.stringMatching(message) },
    });
    model.dispose();
  });

  it('what changes nothing is no change', async () => {
    const model = models['marian']?.() ?? expect.fail();
    const heads = [
      change('cross', 0, 0, null),
      change('cross', 1, 0, { kind: 'temperature', temperature: 1 }),
    ];
    expect(await compile(model, { heads })).toBeNull();
    model.dispose();
  });
});
