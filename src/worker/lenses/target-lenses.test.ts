import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import {
  readFixtureText,
  readTensors,
  readVisionFixture,
} from '../../../e2e/harness/fixture-files.ts';
import { type FixtureRun, runFixture } from '../../../e2e/harness/fixture-model.ts';
import { LENS_BOUND, type LensReference } from '../../../e2e/harness/lens-parity.ts';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { expectClose } from '../../../e2e/harness/numbers.ts';
import type { LensId, LensOptions, Progress } from '../../engine/protocol.ts';
import { noChanges } from '../../engine/what-if-protocol.ts';
import { parseVitConfig } from '../checkpoint/config.ts';
import { plainPixels } from '../image/normalize.ts';
import { describeLenses, findLens } from './registry.ts';

// Many passes through the model on the plain backend.
vi.setConfig({ testTimeout: 60_000 });

const reference: LensReference = JSON.parse(readFixtureText('lenses.json'));
const expected = readTensors('lenses.safetensors');
const forTarget: readonly LensId[] = [
  'gradient-rollout',
  'relevance',
  'input-gradient',
  'integrated-gradients',
  'occlusion',
];
const few: LensOptions = { stepCount: 4 };
const optionsOf = (lens: LensId): LensOptions => (lens === 'integrated-gradients' ? few : {});

function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** Fails at a call, counted from 1. */
function stopAt(last: number): () => void {
  let calls = 0;
  return () => {
    calls += 1;
    if (calls === last) throw new Error('stop');
  };
}

describe.each(NODE_BACKENDS)('lenses for a label on %s', (backend) => {
  let run: FixtureRun;
  let withModel = 0;

  beforeAll(() => useNodeBackend(backend));
  beforeEach(async () => {
    run = await runFixture(readVisionFixture('deit-distilled'));
    withModel = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(withModel);
    run.dispose();
  });

  const apply = (
    lens: LensId,
    target: number | null,
    options: LensOptions = optionsOf(lens),
    signal = new AbortController().signal,
    onProgress: (progress: Progress) => void = () => undefined,
  ) =>
    findLens(lens).apply(
      run.trace,
      { run: 1, lens, layer: 0, head: 0, target, options },
      { signal, onProgress },
    );

  it.each(forTarget)('%s explains the best prediction unless told otherwise', async (lens) => {
    const { probabilities } = run.trace;
    const best = probabilities.indexOf(Math.max(...probabilities));
    const other = (best + 1) % probabilities.length;
    const [byDefault, asked, another] = [
      await apply(lens, null),
      await apply(lens, best),
      await apply(lens, other),
    ];
    expect(byDefault.values).toEqual(asked.values);
    expect(another.values).not.toEqual(asked.values);
    expect(byDefault.values.every(Number.isFinite)).toBe(true);
  });

  it.each(forTarget)('%s refuses a label that there is not', async (lens) => {
    for (const target of [-1, 7, 1.5, NaN]) {
      await expect(async () => apply(lens, target)).rejects.toMatchObject({
        failure: { code: 'bad-request' },
      });
    }
  });

  it.each<LensId>(['integrated-gradients', 'occlusion'])(
    '%s tells how far it is, and can be ended in between',
    async (lens) => {
      const all: Progress[] = [];
      await apply(lens, null, optionsOf(lens), undefined, (step) => all.push(step));
      const { total } = all[0] ?? {};
      expect(total).toBeGreaterThan(3);
      const done = all.map((step) => step.done);
      expect(done.length).toBeGreaterThan(2);
      expect(done).toEqual([...new Set(done)].toSorted((a, b) => a - b));
      expect([done[0], done.at(-1)]).toEqual([0, total]);
      const controller = new AbortController();
      const onProgress = ({ done }: Progress) => {
        if (done >= 2) controller.abort();
      };
      // Another label: what was scanned once is kept.
      const ended = apply(lens, 6, optionsOf(lens), controller.signal, onProgress);
      await expect(ended).rejects.toSatisfy(isCancelled);
    },
  );

  it.each<LensId>(['relevance', 'gradient-rollout', 'input-gradient', 'value-norm'])(
    '%s can be ended between layers',
    async (lens) => {
      const controller = new AbortController();
      const ended = findLens(lens).apply(
        run.trace,
        { run: 1, lens, layer: 2, head: 0, target: null, options: {} },
        { signal: controller.signal, onProgress: () => undefined },
      );
      controller.abort();
      await expect(ended).rejects.toSatisfy(isCancelled);
    },
  );

  it('a backward pass that fails anywhere leaves nothing behind', async () => {
    const embedded = run.model.embed(run.trace.pixels);
    for (let last = 1; last <= run.trace.layerCount; last++) {
      const options = { changes: null, onLayer: stopAt(last) };
      await expect(run.model.record(embedded, options)).rejects.toThrow('stop');
      expect(tf.memory().numTensors).toBe(withModel + 1);
      options.onLayer = stopAt(last);
      await expect(run.model.differentiate(run.trace, 0, options)).rejects.toThrow('stop');
      expect(tf.memory().numTensors).toBe(withModel + 1);
    }
    embedded.dispose();
  });

  it.each(['mean', 'black'] as const)(
    'integrated gradients sum to what the logit gains: over %s',
    async (baseline) => {
      const { model, trace } = run;
      const logitsOf = (pixels: Float32Array): Float32Array =>
        tf.tidy(() =>
          Float32Array.from(model.classify(model.embed(pixels))?.dataSync() ?? new Float32Array()),
        );
      const before = logitsOf(plainPixels(baseline, model.preprocessor, model.input));
      const gains = logitsOf(trace.pixels).map((logit, label) => logit - (before[label] ?? 0));
      const target = gains.indexOf(Math.max(...gains));
      const gain = gains[target] ?? NaN;
      expect(gain).toBeGreaterThan(0.1);
      const { values } = await apply('integrated-gradients', target, { stepCount: 128, baseline });
      expect(Math.abs(sumOf(values) - gain)).toBeLessThan(0.01 * gain);
    },
  );

  it('patches begin after all special tokens', async () => {
    const { trace } = run;
    expect(trace.specialTokens).toEqual(['[CLS]', '[DIST]']);
    const { values, queryCount, keyCount } = await apply('occlusion', 5);
    expect([queryCount, keyCount]).toEqual([1, trace.tokenCount]);
    expect([...values.subarray(0, 2)]).toEqual([0, 0]);
    // The first and the last patch, hidden by their tokens' own indices.
    for (const token of [2, trace.tokenCount - 1]) {
      const hidden = await runFixture(readVisionFixture('deit-distilled'), {
        ...noChanges,
        hiddenTokens: [token],
      });
      const drop = (trace.probabilities[5] ?? 0) - (hidden.trace.probabilities[5] ?? 0);
      expect(values[token]).toBeCloseTo(drop, 5);
      hidden.dispose();
    }
  });

  it('rows of a gradient rollout sum to 1, whatever is discarded', async () => {
    const { tokenCount } = run.trace;
    const { values } = await apply('gradient-rollout', 1, { discardRatio: 0.7 });
    for (let start = 0; start < values.length; start += tokenCount) {
      expect(sumOf(values.subarray(start, start + tokenCount))).toBeCloseTo(1, 4);
    }
  });

  it('random knows nothing but its seed', async () => {
    const [first, again, other] = [
      await apply('random', null, { seed: 4 }),
      await apply('random', 3, { seed: 4 }),
      await apply('random', null, { seed: 5 }),
    ];
    expect(again.values).toEqual(first.values);
    expect(other.values).not.toEqual(first.values);
    expect([...first.values.subarray(0, 2)]).toEqual([0, 0]);
  });

  it('the sum of value vectors is no longer than their lengths together', async () => {
    const { headCount, tokenCount } = run.trace;
    const sum = await apply('value-norm', null, { fusion: 'sum' });
    const mean = await apply('value-norm', null, { fusion: 'mean' });
    expect(sum.values).toHaveLength(tokenCount ** 2);
    for (const [index, value] of sum.values.entries()) {
      expect(value).toBeLessThanOrEqual((mean.values[index] ?? 0) * headCount * (1 + 1e-5));
    }
  });
});

describe('a model without a head', () => {
  let run: FixtureRun;
  beforeAll(async () => {
    await useNodeBackend('cpu');
    run = await runFixture(readVisionFixture('vit-headless'));
  });
  afterAll(() => run.dispose());

  it('has no lens for a label, and says why', async () => {
    const lenses = describeLenses(run.trace);
    expect(lenses.filter(({ usesTarget }) => usesTarget).map(({ id }) => id)).toEqual(forTarget);
    for (const { id, usesTarget, unavailable } of lenses) {
      expect(unavailable === null).toBe(!usesTarget);
      const applied = async () =>
        findLens(id).apply(
          run.trace,
          { run: 1, lens: id, layer: 0, head: 0, target: null, options: {} },
          { signal: new AbortController().signal, onProgress: () => undefined },
        );
      if (usesTarget) {
        await expect(applied).rejects.toMatchObject({
          failure: { code: 'bad-request', message: unavailable },
        });
      } else {
        expect((await applied()).values.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

/** Relevance from the reference's gradients in plain loops, with room for mistakes. */
interface Recipe {
  readonly layers?: (layers: readonly number[]) => readonly number[];
  readonly gradients?: (layers: readonly number[]) => readonly number[];
  readonly clamp?: 'before' | 'after' | 'never';
  readonly isWeighted?: boolean;
}

function plainRelevance(
  attention: readonly Float32Array[],
  gradients: readonly Float32Array[],
  tokenCount: number,
  recipe: Recipe,
): Float32Array {
  const { clamp = 'before', isWeighted = true } = recipe;
  const order = attention.map((_, layer) => layer);
  const gradientOrder = recipe.gradients?.(order) ?? order;
  const layerOrder = recipe.layers?.(order) ?? order;
  const size = tokenCount ** 2;
  let result = Float64Array.from({ length: size }, (_, at) =>
    at % (tokenCount + 1) === 0 ? 1 : 0,
  );
  for (const layer of layerOrder) {
    const probs = attention[layer] ?? new Float32Array();
    const gradient = gradients[gradientOrder[layer] ?? 0] ?? new Float32Array();
    const headCount = probs.length / size;
    const fused = new Float64Array(size);
    for (const [at, weight] of probs.entries()) {
      const product = isWeighted ? weight * (gradient[at] ?? 0) : weight;
      const kept = clamp === 'before' ? Math.max(0, product) : product;
      fused[at % size] = (fused[at % size] ?? 0) + kept / headCount;
    }
    if (clamp === 'after')
      for (const [at, value] of fused.entries()) fused[at] = Math.max(0, value);
    const next = result.slice();
    for (let row = 0; row < tokenCount; row++) {
      for (let inner = 0; inner < tokenCount; inner++) {
        const factor = fused[row * tokenCount + inner] ?? 0;
        for (let column = 0; column < tokenCount; column++) {
          const at = row * tokenCount + column;
          next[at] = (next[at] ?? 0) + factor * (result[inner * tokenCount + column] ?? 0);
        }
      }
    }
    result = next;
  }
  return Float32Array.from(result, (value, at) => value - (at % (tokenCount + 1) === 0 ? 1 : 0));
}

function reversed(layers: readonly number[]): readonly number[] {
  return layers.toReversed();
}

describe('the fixtures of relevance', () => {
  const cases = reference.cases.filter(({ key }) => !key.includes('.'));

  it.each<[string, Recipe]>([
    ['gradients of the last layer first', { gradients: reversed }],
    ['layers from the last to the first', { layers: reversed }],
    ['the clamp after the mean of heads', { clamp: 'after' }],
    ['no clamp', { clamp: 'never' }],
    ['no gradients', { isWeighted: false }],
  ])('would show the mistake: %s', (_, mistake) => {
    const gaps = cases.map(({ key, fixture }) => {
      const attentions = readTensors(`${fixture}/expected.safetensors`);
      const config = parseVitConfig(readFixtureText(`${fixture}/config.json`));
      const { layerCount, headCount, tokenCount } = config;
      const shape = [headCount, tokenCount, tokenCount];
      const layers = Array.from({ length: layerCount }, (_, layer) => layer);
      const probs = layers.map((layer) => attentions.floats(`attentions.${layer}`, shape));
      const gradients = layers.map((layer) => expected.floats(`${key}.gradient.${layer}`, shape));
      const right = expected.floats(`${key}.relevance`, [tokenCount, tokenCount]);
      expectClose(plainRelevance(probs, gradients, tokenCount, {}), right, LENS_BOUND);
      const wrong = plainRelevance(probs, gradients, tokenCount, mistake);
      const gap = Math.max(...wrong.map((value, at) => Math.abs(value - (right[at] ?? 0))));
      return gap / Math.max(...right);
    });
    expect(Math.max(...gaps)).toBeGreaterThan(20 * LENS_BOUND);
  });
});
