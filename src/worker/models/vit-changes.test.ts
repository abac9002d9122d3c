import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { readVisionFixture } from '../../../e2e/harness/fixture-files.ts';
import { fixturePixels, loadFixtureModel } from '../../../e2e/harness/fixture-model.ts';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import {
  type AttentionChanges,
  type EdgeCut,
  type HeadChange,
  noChanges,
  type Replacement,
} from '../../engine/what-if-protocol.ts';
import { Safetensors } from '../checkpoint/safetensors.ts';
import { expectClose } from '../../../e2e/harness/numbers.ts';
import { allTokens } from '../kernels/edited-weights.ts';
import { dispose } from '../kernels/tensors.ts';
import { layersAlike, planChanges, type PlannedChanges } from './vit-changes.ts';
import type { BeginFrom, PassedLayers, VitModel } from './vit.ts';

const size = { layerCount: 3, headCount: 3, tokenCount: 65 };
const head = (change: Partial<HeadChange>): HeadChange => ({
  stack: 'self',
  layer: 0,
  head: 0,
  scale: 1,
  replacement: null,
  ...change,
});
const cut = (edge: Partial<EdgeCut>): EdgeCut => ({
  stack: 'self',
  layer: 0,
  head: null,
  query: 0,
  key: 1,
  ...edge,
});
const allHeads = (change: Partial<HeadChange>, { layerCount, headCount } = size): HeadChange[] =>
  Array.from({ length: layerCount * headCount }, (_, index) =>
    head({ layer: Math.floor(index / headCount), head: index % headCount, ...change }),
  );
const noOther = () => {
  throw new Error('No other run was named.');
};

function planned(changes: Partial<AttentionChanges>): unknown {
  try {
    return planChanges({ ...noChanges, ...changes }, size, noOther);
  } catch (error) {
    return error;
  }
}

describe('planning changes', () => {
  beforeAll(() => useNodeBackend('cpu'));

  it.each<[string, Partial<AttentionChanges>]>([
    ['another stack', { heads: [head({ stack: 'cross' })] }],
    ['a layer', { heads: [head({ layer: 3 })] }],
    ['a negative layer', { cuts: [cut({ layer: -1 })] }],
    ['a head', { heads: [head({ head: 3 })] }],
    ['half a head', { heads: [head({ head: 0.5 })] }],
    ['a head of a cut', { cuts: [cut({ head: 3 })] }],
    ['a query', { cuts: [cut({ query: 65 })] }],
    ['a key', { cuts: [cut({ key: NaN })] }],
    ['a hidden token', { hiddenTokens: [65] }],
    ['a scale of NaN', { heads: [head({ scale: NaN })] }],
    ['an infinite scale', { heads: [head({ scale: Infinity })] }],
    ['a negative scale', { heads: [head({ scale: -1 })] }],
    [
      'a temperature of 0',
      { heads: [head({ replacement: { kind: 'temperature', temperature: 0 } })] },
    ],
    ['a seed of NaN', { heads: [head({ replacement: { kind: 'permuted', seed: NaN } })] }],
    ['a head twice', { heads: [head({}), head({ scale: 0 })] }],
    ['a cut twice', { cuts: [cut({}), cut({})] }],
    ['a token twice', { hiddenTokens: [3, 3] }],
  ])('refuses %s', (_, changes) => {
    expect(planned(changes)).toMatchObject({ failure: { code: 'bad-request' } });
  });

  it('tells how many first layers are changed alike, in whichever order', () => {
    const off = [head({ layer: 1 }), head({ layer: 1, head: 1 }), head({ layer: 2, scale: 0 })];
    const changes = { ...noChanges, heads: off };
    expect(layersAlike(changes, { ...changes, heads: off.toReversed() }, 3)).toBe(3);
    expect(layersAlike(changes, { ...changes, heads: off.slice(0, 2) }, 3)).toBe(2);
    expect(layersAlike(changes, { ...changes, heads: off.slice(1) }, 3)).toBe(1);
    expect(layersAlike(changes, { ...changes, cuts: [cut({ layer: 2 })] }, 3)).toBe(2);
    expect(layersAlike(changes, { ...changes, hiddenTokens: [4] }, 3)).toBe(0);
  });

  it('leaves layers without a change alone', () => {
    expect(planned({ heads: [head({})] })).toBeNull();
    const plan = planChanges(
      { ...noChanges, heads: [head({ layer: 1, scale: 0 })] },
      size,
      noOther,
    );
    expect(plan?.map((layer) => layer?.map((edit) => edit?.scale ?? null) ?? null)).toEqual([
      null,
      [0, null, null],
      null,
    ]);
  });

  it('refuses weights of another size', () => {
    const changes = {
      ...noChanges,
      heads: [head({ replacement: { kind: 'other-run', run: 5 } as const })],
    };
    const probs = tf.zeros<tf.Rank.R3>([3, 64, 64]);
    expect(() => planChanges(changes, size, () => ({ probs, head: 0 }))).toThrow(
      'other heads or tokens',
    );
    probs.dispose();
  });
});

const REPLACEMENTS: readonly Replacement[] = [
  { kind: 'uniform' },
  { kind: 'permuted', seed: 7 },
  { kind: 'one-hot' },
  { kind: 'temperature', temperature: 0.3 },
  { kind: 'other-run', run: 1 },
];

describe.each(
  NODE_BACKENDS.flatMap((backend) =>
    ['vit-patch4', 'vit-wide-no-qkv-bias', 'deit-plain', 'deit-distilled'].map(
      (fixture) => [backend, fixture] as const,
    ),
  ),
)('changes on %s: %s', (backend, fixture) => {
  let model: VitModel;
  let pixels: Float32Array;
  let embedded: tf.Tensor2D;
  let other: tf.Tensor3D[] = [];
  let modelSize = size;
  let tensorCount = 0;
  let passed: PassedLayers[] = [];

  beforeAll(() => useNodeBackend(backend));
  beforeEach(async () => {
    passed = [];
    tensorCount = tf.memory().numTensors;
    const files = readVisionFixture(fixture);
    model = await loadFixtureModel(files);
    pixels = fixturePixels(model, new Safetensors(files.expected));
    embedded = model.embed(pixels);
    const otherRun = await model.forward(pixels.map((pixel) => -pixel));
    tf.dispose([otherRun.inputs, otherRun.logits ?? []]);
    other = otherRun.attention;
    modelSize = { ...model.info, tokenCount: model.config.tokenCount };
  });
  afterEach(() => {
    dispose([embedded, other, passed]);
    model.dispose();
    expect(tf.memory().numTensors).toBe(tensorCount);
  });

  const plan = (changes: Partial<AttentionChanges>): PlannedChanges | null =>
    planChanges({ ...noChanges, ...changes }, modelSize, (_, layer, head) => ({
      probs: other[layer] ?? noOther(),
      head,
    }));

  async function run(changes: PlannedChanges | null, from: BeginFrom | null = null) {
    const { attention, inputs, logits } = await model.forward(pixels, { changes, from });
    const result = {
      attention: attention.map((probs) => probs.arraySync()),
      logits: [...(logits?.dataSync() ?? [])],
    };
    tf.dispose([attention, inputs, logits ?? []]);
    return result;
  }

  /** A pass whose layers others begin from, until the test ends. */
  async function pass(changes: PlannedChanges | null): Promise<PassedLayers> {
    const { attention, inputs, logits } = await model.forward(pixels, { changes });
    tf.dispose(logits ?? []);
    passed.push({ attention, inputs });
    return { attention, inputs };
  }

  function classify(options: Parameters<VitModel['classify']>[1], hidden = embedded): number[] {
    const logits = model.classify(hidden, options);
    const values = [...(logits?.dataSync() ?? [])];
    logits?.dispose();
    return values;
  }

  /** What it makes of some patches alone. */
  function classifyKept(
    patches: readonly ArrayLike<number>[],
    changes: PlannedChanges | null,
  ): number[] {
    const special = model.info.specialTokens.length;
    const sets = patches.map((kept) =>
      Int32Array.from([...allTokens(special), ...Array.from(kept, (patch) => special + patch)]),
    );
    const rows = Int32Array.from(sets.flatMap((set) => [...set]));
    const hidden = tf.tidy(() => tf.gather(embedded, tf.tensor1d(rows, 'int32')));
    const values = classify({ changes, sets }, hidden);
    hidden.dispose();
    return values;
  }

  it('none: classifying alone equals the forward pass, from whatever layer', async () => {
    const { logits } = await run(null);
    expect(logits.length).toBeGreaterThan(0);
    expectClose(classify({}), logits, 1e-5);
    const { inputs } = await pass(null);
    expect(inputs.length).toBe(modelSize.layerCount);
    for (const [firstLayer, hidden] of inputs.entries()) {
      expectClose(classify({ firstLayer }, hidden), logits, 1e-5);
    }
  });

  it('a change that changes nothing equals none', async () => {
    const plain = await run(null);
    const changes = plan({
      heads: allHeads({ replacement: { kind: 'temperature', temperature: 1 } }, modelSize),
    });
    expect(changes).not.toBeNull();
    const changed = await run(changes);
    expectClose(changed.logits, plain.logits, 1e-5);
    expectClose(changed.attention.flat(3), plain.attention.flat(3), 1e-5);
  });

  it('a scale weighs the head’s output and leaves its weights', async () => {
    const plain = await run(null);
    const off = await run(plan({ heads: [head({ layer: 1, head: 1, scale: 0 })] }));
    expectClose(off.attention[1]?.flat(2) ?? [], plain.attention[1]?.flat(2) ?? [], 1e-6);
    expect(off.logits).not.toEqual(plain.logits);
    const half = await run(plan({ heads: [head({ layer: 1, head: 1, scale: 0.5 })] }));
    expect(half.logits).not.toEqual(off.logits);
  });

  it.each(REPLACEMENTS)(
    '$kind: rows sum to 1, and classifying alone agrees',
    async (replacement) => {
      const heads = [head({ layer: 1, head: 2, replacement, scale: 1.5 })];
      const changes = plan({ heads });
      const { attention, logits } = await run(changes);
      for (const row of attention[1]?.[2] ?? []) {
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      }
      expectClose(classify({ changes }), logits, 1e-5);
      const { inputs } = await pass(changes);
      expectClose(classify({ changes, firstLayer: 1 }, inputs[1]), logits, 1e-5);
    },
  );

  it('a pass that begins where another was changed otherwise equals the whole pass', async () => {
    const first = head({ layer: 0, head: 1, scale: 0.5 });
    const before = await pass(plan({ heads: [first] }));
    const changes = plan({
      heads: [first, head({ layer: 1, head: 2, replacement: { kind: 'uniform' } })],
    });
    const whole = await run(changes);
    const begun = await run(changes, { layer: 1, passed: before });
    expectClose(begun.logits, whole.logits, 1e-5);
    expectClose(begun.attention.flat(3), whole.attention.flat(3), 1e-6);
  });

  it('the weights of another run are the other run’s', async () => {
    const replacement = { kind: 'other-run', run: 1 } as const;
    const { attention } = await run(plan({ heads: [head({ layer: 1, head: 2, replacement })] }));
    const expected = other[1]?.arraySync()[2] ?? [];
    expectClose(attention[1]?.[2]?.flat() ?? [], expected.flat(), 1e-6);
  });

  it('a hidden token gets nothing in any layer or head, and a cut edge nothing in its own', async () => {
    const hidden = modelSize.tokenCount - 2;
    const { attention } = await run(
      plan({ hiddenTokens: [hidden], cuts: [cut({ layer: 1, head: 0, query: 3, key: 4 })] }),
    );
    for (const [layer, heads] of attention.entries()) {
      for (const [index, rows] of heads.entries()) {
        for (const [query, row] of rows.entries()) {
          expect(row[hidden]).toBe(0);
          expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
          const isCut = layer === 1 && index === 0 && query === 3;
          expect(row[4] === 0).toBe(isCut);
        }
      }
    }
  });

  it('leaving tokens out equals hiding them, with every other change beside it', async () => {
    const special = model.info.specialTokens.length;
    const patchCount = modelSize.tokenCount - special;
    const kept = Int32Array.from({ length: patchCount }, (_, patch) => patch).filter(
      (patch) => patch % 3 !== 1,
    );
    const hiddenTokens = Array.from({ length: patchCount }, (_, patch) => patch)
      .filter((patch) => patch % 3 === 1)
      .map((patch) => patch + special);
    const heads = REPLACEMENTS.map((replacement, index) =>
      head({ layer: index % 2, head: Math.floor(index / 2), replacement, scale: 0.7 }),
    );
    const cuts = [
      cut({ query: special, key: 0 }),
      cut({ layer: 1, head: 1, query: 0, key: special }),
    ];
    for (const changes of [{}, { heads: heads.slice(0, 5), cuts }]) {
      const masked = await run(plan({ ...changes, hiddenTokens }));
      expectClose(classifyKept([kept], plan(changes)), masked.logits, 2e-5);
    }
  });

  it('stays finite with every head off, every patch hidden, every token hidden, no patch kept', async () => {
    const special = model.info.specialTokens.length;
    const tokens = Array.from({ length: modelSize.tokenCount }, (_, token) => token);
    const off = await run(plan({ heads: allHeads({ scale: 0 }, modelSize) }));
    const blind = await run(plan({ hiddenTokens: tokens.slice(special) }));
    const empty = await run(plan({ hiddenTokens: tokens }));
    for (const { logits } of [off, blind, empty]) expect(logits.every(Number.isFinite)).toBe(true);
    expect(empty.attention.flat(3).every((weight) => weight === 0)).toBe(true);
    expectClose(empty.logits, off.logits, 1e-5);
    expectClose(classifyKept([[]], null), blind.logits, 1e-5);
  });

  it('sets of tokens in one pass know nothing of each other, with changes and without', async () => {
    const sets = [
      [0, 2, 5],
      [1, 2, 3],
      [0, 1, 4],
    ];
    const cuts = [cut({ layer: 1, query: 0, key: model.info.specialTokens.length + 2 })];
    for (const changes of [null, plan({ heads: [head({ head: 1, scale: 0 })] }), plan({ cuts })]) {
      const together = classifyKept(sets, changes);
      const oneByOne = sets.flatMap((kept) => classifyKept([kept], changes));
      expectClose(together, oneByOne, 1e-5);
    }
  });
});
