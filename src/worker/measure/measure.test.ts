import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { readVisionFixture } from '../../../e2e/harness/fixture-files.ts';
import { runFixture, type FixtureRun } from '../../../e2e/harness/fixture-model.ts';
import { useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import type { LensMatrix, Progress } from '../../engine/protocol.ts';
import {
  type AttentionChanges,
  type FaithfulnessRequest,
  type HeadChange,
  noChanges,
  type Removal,
} from '../../engine/what-if-protocol.ts';
import { totalVariation } from '../../math/distribution-distance.ts';
import { countsOfSteps, countsOfTop } from '../../math/faithfulness-curves.ts';
import { gaussianBlur } from '../../math/gaussian-blur.ts';
import { kendallTauB } from '../../math/kendall-tau.ts';
import { createRandom, shuffledIndices } from '../../math/seeded-random.ts';
import type { WorkContext } from '../call-context.ts';
import { isCancelled } from '../failure-of.ts';
import { HeedFailure } from '../failure.ts';
import { planChanges } from '../models/vit-changes.ts';
import type { VitModel } from '../models/vit.ts';
import { readFloats } from '../read-back.ts';
import { measureFaithfulness } from './faithfulness.ts';
import { measureHeadImportance } from './head-importance.ts';
import { knownOcclusion, scanByOcclusion } from './occlusion-scan.ts';

/** 32 × 32 pixels, patch 4: [CLS] and 64 patches, 3 layers, 3 heads, 7 labels. */
const fixture = readVisionFixture('vit-patch4');
const PATCHES = 64;

interface Told extends WorkContext {
  readonly progress: Progress[];
}

/** @param abortAt the step after which the page cancels */
function context(abortAt = Infinity): Told {
  const controller = new AbortController();
  const progress: Progress[] = [];
  return {
    signal: controller.signal,
    progress,
    onProgress: (step) => {
      progress.push(step);
      if (step.done >= abortAt) controller.abort();
    },
  };
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (isCancelled(error)) return 'cancelled';
  return error instanceof HeedFailure ? error.failure.code : `no failure: ${String(error)}`;
}

function off(layer: number, head: number): HeadChange {
  return { stack: 'self', layer, head, scale: 0, replacement: null };
}

/** A whole forward pass, by the way that a run takes, with changes: every label's probability. */
async function probabilitiesOf(
  model: VitModel,
  pixels: Float32Array,
  changes: AttentionChanges,
): Promise<Float32Array> {
  const size = { ...model.info, tokenCount: model.config.tokenCount };
  const plan = planChanges(changes, size, () => {
    throw new Error('There is no other run.');
  });
  const { attention, inputs, logits } = await model.forward(pixels, { changes: plan });
  if (logits === null) throw new Error('The fixture has labels.');
  const probabilities = tf.softmax(logits);
  const values = await readFloats(probabilities);
  tf.dispose([attention, inputs, logits, probabilities]);
  return values;
}

/** Hiding a patch's token from every query equals leaving it out. */
function probabilityHiding(run: FixtureRun, removed: readonly number[], target: number) {
  const hiddenTokens = removed.map((patch) => 1 + patch);
  return probabilitiesOf(run.model, run.trace.pixels, { ...noChanges, hiddenTokens }).then(
    (values) => values[target] ?? NaN,
  );
}

/** Pixels of removed patches taken from another picture. */
function replacePatches(
  pixels: Float32Array,
  other: Float32Array,
  removed: ReadonlySet<number>,
): Float32Array {
  return pixels.map((value, index) => {
    const [x, y] = [index % 32, Math.floor(index / 32) % 32];
    const patch = Math.floor(y / 4) * 8 + Math.floor(x / 4);
    return removed.has(patch) ? (other[index] ?? NaN) : value;
  });
}

/** A map whose every row ranks the patches in a shuffled order, with [CLS] above them all. */
function mapOf(seed: number): { matrix: LensMatrix; order: number[]; patches: Float32Array } {
  const order = shuffledIndices(PATCHES, createRandom(seed));
  const row = new Float32Array(PATCHES + 1).fill(9);
  for (const [rank, patch] of order.entries()) row[1 + patch] = (PATCHES - rank) / PATCHES;
  const values = new Float32Array((PATCHES + 1) ** 2);
  for (let query = 0; query <= PATCHES; query++) values.set(row, query * (PATCHES + 1));
  const matrix = { queryCount: PATCHES + 1, keyCount: PATCHES + 1, values };
  return { matrix, order, patches: row.slice(1) };
}

const lensRequest = { run: 5, lens: 'raw', layer: 0, head: 0, target: null, options: {} } as const;

function requestOf(changed: Partial<FaithfulnessRequest> = {}): FaithfulnessRequest {
  return {
    run: 5,
    target: 2,
    maps: [{ request: lensRequest, query: 3 }],
    stepCount: 4,
    randomOrderCount: 2,
    seed: 1,
    removal: 'hide',
    ...changed,
  };
}

// Some ask the model hundreds of times, one after the other.
vi.setConfig({ testTimeout: 60_000 });

let run: FixtureRun;
beforeAll(async () => {
  await useNodeBackend('wasm');
  run = await runFixture(fixture);
});
afterAll(() => run.dispose());

/** Every test leaves as many tensors as it found. */
async function leavesNothing(work: () => Promise<void>): Promise<void> {
  const before = tf.memory().numTensors;
  await work();
  expect(tf.memory().numTensors).toBe(before);
}

describe('measureFaithfulness', () => {
  const { matrix, order, patches } = mapOf(8);
  const applyLens = () => Promise.resolve(matrix);

  it('equals whole forward passes with the removed patches hidden', async () => {
    await leavesNothing(async () => {
      const result = await measureFaithfulness(run.trace, requestOf(), applyLens, context());
      expect(result.target).toBe(2);
      expect([...result.shares]).toEqual([0, 0.25, 0.5, 0.75, 1]);
      const [map] = result.maps;
      const counts = countsOfSteps(PATCHES, 4);
      for (const [step, count] of counts.entries()) {
        const without = await probabilityHiding(run, order.slice(0, count), 2);
        const withOnly = await probabilityHiding(run, order.slice(count), 2);
        expect(map?.deletion[step]).toBeCloseTo(without, 5);
        expect(map?.insertion[step]).toBeCloseTo(withOnly, 5);
      }
      const deletion = [...(map?.deletion ?? [])];
      const [first = NaN, second = NaN, third = NaN, fourth = NaN, last = NaN] = deletion;
      expect(map?.deletionArea).toBeCloseTo(
        first / 8 + second / 4 + third / 4 + fourth / 4 + last / 8,
        6,
      );
      let [comprehensiveness, sufficiency] = [0, 0];
      for (const count of countsOfTop(PATCHES)) {
        comprehensiveness += first - (await probabilityHiding(run, order.slice(0, count), 2));
        sufficiency += first - (await probabilityHiding(run, order.slice(count), 2));
      }
      expect(map?.comprehensiveness).toBeCloseTo(comprehensiveness / 5, 5);
      expect(map?.sufficiency).toBeCloseTo(sufficiency / 5, 5);
    });
  });

  it('begins with the run’s own probability, and ends with the special tokens alone', async () => {
    const result = await measureFaithfulness(run.trace, requestOf(), applyLens, context());
    const all = Array.from({ length: PATCHES }, (_, patch) => patch);
    const none = await probabilityHiding(run, all, 2);
    for (const { deletion, insertion } of [...result.maps, ...result.random]) {
      expect(deletion[0]).toBeCloseTo(run.trace.probabilities[2] ?? NaN, 5);
      expect(insertion[4]).toBe(deletion[0]);
      expect(deletion[4]).toBeCloseTo(none, 5);
      expect(insertion[0]).toBe(deletion[4]);
    }
  });

  it.each<[Removal, (pixels: Float32Array) => Float32Array]>([
    [
      'mean',
      (pixels) => {
        const size = 32 * 32;
        return pixels.map((_, index) => {
          const start = Math.floor(index / size) * size;
          return pixels.subarray(start, start + size).reduce((sum, one) => sum + one, 0) / size;
        });
      },
    ],
    ['blur', (pixels) => gaussianBlur(pixels, 32, 32, 4)],
  ])('with %s equals pictures whose patches were painted over', async (removal, paint) => {
    await leavesNothing(async () => {
      const request = requestOf({ removal, stepCount: 3, randomOrderCount: 0 });
      const { maps } = await measureFaithfulness(run.trace, request, applyLens, context());
      const { pixels } = run.trace;
      for (const [step, count] of countsOfSteps(PATCHES, 3).entries()) {
        const removed = new Set(order.slice(0, count));
        const painted = replacePatches(pixels, paint(pixels), removed);
        const values = await probabilitiesOf(run.model, painted, noChanges);
        expect(maps[0]?.deletion[step]).toBeCloseTo(values[2] ?? NaN, 5);
      }
    });
  });

  it('deletes and inserts a random order and its reverse by the same answers', async () => {
    const request = requestOf({ stepCount: 8, randomOrderCount: 3, seed: 77 });
    const ctx = context();
    const { random } = await measureFaithfulness(run.trace, request, applyLens, ctx);
    expect(random).toHaveLength(3);
    const generator = createRandom(77);
    for (const { deletion, insertion, deletionArea, insertionArea, sufficiency } of random) {
      const shuffled = shuffledIndices(PATCHES, generator);
      expect(deletion[3]).toBeCloseTo(await probabilityHiding(run, shuffled.slice(0, 24), 2), 5);
      // The reversed order's first three eighths alone.
      const others = shuffled.toReversed().slice(24);
      expect(insertion[3]).toBeCloseTo(await probabilityHiding(run, others, 2), 5);
      expect([...insertion]).toEqual([...deletion].toReversed());
      expect(insertionArea).toBeCloseTo(deletionArea, 6);
      expect(sufficiency).toBeTypeOf('number');
    }
    const again = await measureFaithfulness(run.trace, request, applyLens, context());
    expect(again.random).toEqual(random);
    const { done, total } = ctx.progress.at(-1) ?? { done: 0, total: null };
    expect(done).toBe(total);
    // 2 ends; 7 inner steps and tops of 1, 4, 7, 13 patches both ways; half of it for a random order.
    expect(total).toBe(2 + 2 * (7 + 4) + 3 * (7 + 8));
  });

  it('measures a changed run with its changes', async () => {
    const changes: AttentionChanges = {
      heads: [
        off(1, 0),
        { stack: 'self', layer: 2, head: 2, scale: 1, replacement: { kind: 'uniform' } },
      ],
      cuts: [{ stack: 'self', layer: 0, head: null, query: 0, key: 5 }],
      hiddenTokens: [40],
    };
    const changed = await runFixture(fixture, changes);
    await leavesNothing(async () => {
      const request = requestOf({ randomOrderCount: 0 });
      const { maps } = await measureFaithfulness(changed.trace, request, applyLens, context());
      const hiddenTokens = [...new Set([40, ...order.slice(0, 16).map((patch) => patch + 1)])];
      const values = await probabilitiesOf(changed.model, changed.trace.pixels, {
        ...changes,
        hiddenTokens,
      });
      expect(maps[0]?.deletion[0]).toBeCloseTo(changed.trace.probabilities[2] ?? NaN, 5);
      expect(maps[0]?.deletion[1]).toBeCloseTo(values[2] ?? NaN, 5);
    });
    changed.dispose();
  });

  it('has finite figures where every head is off', async () => {
    const heads = Array.from({ length: 9 }, (_, index) => off(Math.floor(index / 3), index % 3));
    const allOff = await runFixture(fixture, { ...noChanges, heads });
    const ctx = context();
    const request = requestOf({ scansOcclusion: true });
    const { maps, random } = await measureFaithfulness(allOff.trace, request, applyLens, ctx);
    for (const { deletion, insertion, deletionArea } of [...maps, ...random]) {
      expect([...deletion, ...insertion, deletionArea].every(Number.isFinite)).toBe(true);
      // No token hears of any other.
      expect(new Set([...deletion].map((value) => value.toFixed(5))).size).toBe(1);
    }
    const importance = await measureHeadImportance(allOff.trace, null, context());
    expect(Math.max(...importance.totalVariation)).toBeLessThan(1e-5);
    allOff.dispose();
  });

  it('correlates with occlusion where that was asked for, or is known', async () => {
    const fresh = await runFixture(fixture);
    const request = requestOf({ randomOrderCount: 0, stepCount: 1 });
    const flat = { ...matrix, values: new Float32Array(matrix.values.length) };
    const unknown = await measureFaithfulness(fresh.trace, request, applyLens, context());
    expect(unknown.maps[0]?.occlusionCorrelation).toBeNull();
    const scan = await scanByOcclusion(fresh.trace, 2, context());
    const expected = kendallTauB(patches, scan);
    expect(expected).toBeTypeOf('number');
    const known = await measureFaithfulness(fresh.trace, request, applyLens, context());
    expect(known.maps[0]?.occlusionCorrelation).toBe(expected);
    const other = { ...request, target: 3 };
    const otherTarget = await measureFaithfulness(fresh.trace, other, applyLens, context());
    expect(otherTarget.maps[0]?.occlusionCorrelation).toBeNull();
    const scanned = { ...other, scansOcclusion: true };
    const asked = await measureFaithfulness(fresh.trace, scanned, applyLens, context());
    expect(asked.maps[0]?.occlusionCorrelation).toBe(
      kendallTauB(patches, knownOcclusion(fresh.trace, 3) ?? []),
    );
    const flatMap = await measureFaithfulness(
      fresh.trace,
      request,
      () => Promise.resolve(flat),
      context(),
    );
    expect(flatMap.maps[0]?.occlusionCorrelation).toBeNull();
    fresh.dispose();
  });

  it('follows the best label unless told otherwise', async () => {
    const request = requestOf({ target: null, stepCount: 1, randomOrderCount: 0, maps: [] });
    const { target, maps, shares } = await measureFaithfulness(
      run.trace,
      request,
      applyLens,
      context(),
    );
    expect(run.trace.probabilities[target]).toBe(Math.max(...run.trace.probabilities));
    expect([maps, [...shares]]).toEqual([[], [0, 1]]);
  });

  it('ends in mid-curve when cancelled', async () => {
    await leavesNothing(async () => {
      const ctx = context(7);
      const work = measureFaithfulness(run.trace, requestOf(), applyLens, ctx);
      expect(await outcomeOf(work)).toBe('cancelled');
      const { done = NaN, total } = ctx.progress.at(-1) ?? {};
      expect(done).toBeGreaterThanOrEqual(7);
      expect(done).toBeLessThan(total ?? NaN);
    });
  });

  it.each<[string, Partial<FaithfulnessRequest>]>([
    ['no steps', { stepCount: 0 }],
    ['more steps than patches', { stepCount: 65 }],
    ['half a step', { stepCount: 1.5 }],
    ['fewer than no random orders', { randomOrderCount: -1 }],
    ['too many random orders', { randomOrderCount: 101 }],
    ['a seed that is no number', { seed: Number.NaN }],
    ['a label', { target: 7 }],
    ['a label below 0', { target: -1 }],
    ['a query', { maps: [{ request: lensRequest, query: 65 }] }],
    ['a map of another run', { maps: [{ request: { ...lensRequest, run: 6 }, query: 0 }] }],
  ])('refuses what there is not: %s', async (_, changed) => {
    await leavesNothing(async () => {
      const work = measureFaithfulness(run.trace, requestOf(changed), applyLens, context());
      expect(await outcomeOf(work)).toBe('bad-request');
    });
  });

  it('passes on why a map cannot be made, and refuses one of other tokens', async () => {
    await leavesNothing(async () => {
      await expect(
        measureFaithfulness(
          run.trace,
          requestOf(),
          () => Promise.reject(new Error('no such lens')),
          context(),
        ),
      ).rejects.toThrow('no such lens');
      const small = { queryCount: 2, keyCount: 2, values: new Float32Array(4) };
      const other = () => Promise.resolve(small);
      expect(await outcomeOf(measureFaithfulness(run.trace, requestOf(), other, context()))).toBe(
        'bad-request',
      );
    });
  });
});

describe('scanByOcclusion', () => {
  it('is the drop without each patch, computed once', async () => {
    const fresh = await runFixture(fixture);
    await leavesNothing(async () => {
      const ctx = context();
      const drops = await scanByOcclusion(fresh.trace, 4, ctx);
      expect(drops).toHaveLength(PATCHES);
      expect(ctx.progress.at(-1)).toEqual({ stage: 'lens', done: 65, total: 65 });
      const whole = fresh.trace.probabilities[4] ?? NaN;
      for (const patch of [0, 17, 63]) {
        const without = await probabilityHiding(fresh, [patch], 4);
        expect(drops[patch]).toBeCloseTo(whole - without, 6);
      }
      const again = context();
      expect(await scanByOcclusion(fresh.trace, 4, again)).toBe(drops);
      expect(again.progress).toEqual([]);
    });
    fresh.dispose();
  });

  it('keeps nothing of a scan that was cancelled', async () => {
    const fresh = await runFixture(fixture);
    await leavesNothing(async () => {
      expect(await outcomeOf(scanByOcclusion(fresh.trace, 1, context(20)))).toBe('cancelled');
      expect(knownOcclusion(fresh.trace, 1)).toBeNull();
    });
    fresh.dispose();
  });
});

describe('measureHeadImportance', () => {
  it('equals whole forward passes without each head', async () => {
    await leavesNothing(async () => {
      const ctx = context();
      const importance = await measureHeadImportance(run.trace, 5, ctx);
      expect(importance.target).toBe(5);
      expect(importance.probability).toBe(run.trace.probabilities[5]);
      expect(importance.without).toHaveLength(9);
      for (let index = 0; index < 9; index++) {
        const [layer, head] = [Math.floor(index / 3), index % 3];
        const values = await probabilitiesOf(run.model, run.trace.pixels, {
          ...noChanges,
          heads: [off(layer, head)],
        });
        expect(importance.without[index]).toBeCloseTo(values[5] ?? NaN, 5);
        expect(importance.totalVariation[index]).toBeCloseTo(
          totalVariation(run.trace.probabilities, values),
          5,
        );
      }
      expect(Math.max(...importance.totalVariation)).toBeGreaterThan(1e-4);
      expect(ctx.progress).toHaveLength(10);
      expect(ctx.progress.at(-1)).toEqual({ stage: 'lens', done: 9, total: 9 });
    });
  });

  it('comes upon the changes of the run', async () => {
    const sharpened = {
      ...off(0, 2),
      scale: 1.5,
      replacement: { kind: 'temperature', temperature: 0.5 },
    } as const;
    const changes = { ...noChanges, heads: [off(1, 1), sharpened], hiddenTokens: [7] };
    const changed = await runFixture(fixture, changes);
    await leavesNothing(async () => {
      const { without, totalVariation: moved } = await measureHeadImportance(
        changed.trace,
        5,
        context(),
      );
      // Off already.
      expect(without[4]).toBeCloseTo(changed.trace.probabilities[5] ?? NaN, 5);
      expect(moved[4]).toBeLessThan(1e-5);
      const both = { ...changes, heads: [off(1, 1), off(0, 2)] };
      const values = await probabilitiesOf(changed.model, changed.trace.pixels, both);
      expect(without[2]).toBeCloseTo(values[5] ?? NaN, 5);
    });
    changed.dispose();
  });

  it('ends between heads when cancelled, and refuses a label that there is not', async () => {
    await leavesNothing(async () => {
      const ctx = context(3);
      expect(await outcomeOf(measureHeadImportance(run.trace, 5, ctx))).toBe('cancelled');
      expect(ctx.progress.at(-1)?.done).toBe(3);
      const refused = async () => measureHeadImportance(run.trace, 7, context());
      expect(await outcomeOf(refused())).toBe('bad-request');
    });
  });
});

it('a model without labels is refused in one sentence', async () => {
  const headless = await runFixture(readVisionFixture('vit-headless'));
  await leavesNothing(async () => {
    const { trace } = headless;
    const request = requestOf({ maps: [] });
    for (const work of [
      async () => measureHeadImportance(trace, null, context()),
      () => measureFaithfulness(trace, request, () => Promise.reject(new Error()), context()),
      () => scanByOcclusion(trace, null, context()),
    ]) {
      await expect(work()).rejects.toMatchObject({
        failure: { code: 'bad-request', message: expect.stringContaining('has no labels') },
      });
    }
  });
  headless.dispose();
});
