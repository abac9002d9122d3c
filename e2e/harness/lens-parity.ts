/**
 * The parity check of the lenses: every lens for a label, and every gradient behind it, against what
 * training/parity/lenses.py computed by automatic differentiation. Runs in Node and in a browser alike.
 */
import * as tf from '@tensorflow/tfjs-core';

import type { LensId, LensOptions } from '../../src/engine/protocol.ts';
import type { AttentionChanges } from '../../src/engine/what-if-protocol.ts';
import { Safetensors } from '../../src/worker/checkpoint/safetensors.ts';
import { findLens } from '../../src/worker/lenses/registry.ts';
import { readFloats } from '../../src/worker/read-back.ts';
import { type FixtureFiles, type FixtureRun, runFixture } from './fixture-model.ts';

export interface LensCase {
  /** What its tensors' names begin with. */
  readonly key: string;
  readonly fixture: string;
  readonly target: number;
  readonly changes: AttentionChanges;
}

/** lenses.json */
export interface LensReference {
  readonly rolloutCases: readonly { readonly discardRatio: number; readonly residual: number }[];
  readonly integratedSteps: number;
  readonly cases: readonly LensCase[];
}

export interface LensParity {
  readonly key: string;
  readonly backend: string;
  /** For each reference tensor, the largest difference over the largest of its values. */
  readonly gaps: Readonly<Record<string, number>>;
  /** Tensors that were left behind. */
  readonly leaked: number;
}

/** Relative to the largest value of a map. */
export const LENS_BOUND = 1e-3;

/**
 * Computes all that the reference holds for a case, and compares.
 * @param expected lenses.safetensors
 * @throws Error if a shape differs
 */
export async function measureLensParity(
  files: FixtureFiles,
  expected: Safetensors,
  reference: LensReference,
  lensCase: LensCase,
): Promise<LensParity> {
  const before = tf.memory().numTensors;
  const run = await runFixture(files, lensCase.changes);
  const gaps: Record<string, number> = {};
  const compare = (name: string, values: Float32Array, shape: readonly number[]): void => {
    const gap = relativeGap(values, expected.floats(`${lensCase.key}.${name}`, shape));
    // What is computed in two ways is as good as the worse.
    gaps[name] = Math.max(gap, gaps[name] ?? 0);
  };
  await compareGradients(run, expected, lensCase, compare);
  await compareLenses(run, expected, reference, lensCase, compare);
  run.dispose();
  return {
    key: lensCase.key,
    backend: tf.getBackend(),
    gaps,
    leaked: tf.memory().numTensors - before,
  };
}

type Compare = (name: string, values: Float32Array, shape: readonly number[]) => void;

async function compareGradients(
  { model, trace }: FixtureRun,
  expected: Safetensors,
  { key, target }: LensCase,
  compare: Compare,
): Promise<void> {
  const embedded = model.embed(trace.pixels);
  const changes = trace.plan;
  const tape = await model.record(embedded, { changes });
  for (const way of [trace, tape]) {
    const gradients = new Map<number, tf.Tensor3D>();
    const flow = await model.differentiate(way, target, {
      changes,
      onGradient: (layer, _, gradient) => gradients.set(layer, tf.keep(tf.clone(gradient))),
    });
    for (const [layer, gradient] of gradients) {
      compare(`gradient.${layer}`, await readFloats(gradient), gradient.shape);
    }
    tf.dispose([...gradients.values(), flow]);
  }
  tape.dispose();
  const logits = model.classify(embedded, { changes });
  if (logits !== null) compare('logits', await readFloats(logits), [logits.size]);
  tf.dispose([embedded, logits ?? []]);
  for (let layer = 0; layer < trace.layerCount; layer++) {
    const name = `attention.${layer}`;
    if (expected.has(`${key}.${name}`)) {
      await trace.withAttention(layer, async (probs) =>
        compare(name, await readFloats(probs), probs.shape),
      );
    }
  }
}

async function compareLenses(
  { trace }: FixtureRun,
  expected: Safetensors,
  { rolloutCases, integratedSteps }: LensReference,
  { key, target }: LensCase,
  compare: Compare,
): Promise<void> {
  const { tokenCount, layerCount, headCount } = trace;
  const special = trace.specialTokens.length;
  const last = layerCount - 1;
  const context = { signal: new AbortController().signal, onProgress: () => undefined };
  const apply = (lens: LensId, options: LensOptions = {}, head = 0) =>
    findLens(lens).apply(trace, { run: 1, lens, layer: last, head, target, options }, context);
  const square = [tokenCount, tokenCount];
  const comparePatches = async (
    name: string,
    lens: LensId,
    options: LensOptions = {},
  ): Promise<void> => {
    const { values } = await apply(lens, options);
    compare(name, values.slice(special), [tokenCount - special]);
  };

  compare('relevance', (await apply('relevance')).values, square);
  for (const [index, { discardRatio, residual }] of rolloutCases.entries()) {
    const options = { discardRatio, residualWeight: residual };
    compare(`gradientRollout.${index}`, (await apply('gradient-rollout', options)).values, square);
  }
  const norms = new Float32Array(headCount * tokenCount ** 2);
  for (let head = 0; head < headCount; head++) {
    const { values } = await apply('value-norm', {}, head);
    norms.set(values, head * values.length);
  }
  compare(`valueNorm.${last}`, norms, [headCount, ...square]);
  compare(`valueNormSum.${last}`, (await apply('value-norm', { fusion: 'sum' })).values, square);
  await comparePatches('inputGradient', 'input-gradient');
  for (const baseline of ['mean', 'black']) {
    const options = { stepCount: integratedSteps, baseline };
    await comparePatches(`integratedGradients.${baseline}`, 'integrated-gradients', options);
  }
  for (const window of [1, 2]) {
    if (expected.has(`${key}.occlusion.${window}`))
      await comparePatches(`occlusion.${window}`, 'occlusion', { window });
  }
}

/** NaN where either side is not a number, which no bound admits. */
function relativeGap(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return NaN;
  let [largest, gap] = [0, 0];
  for (const [index, reference] of expected.entries()) {
    const difference = Math.abs((actual[index] ?? NaN) - reference);
    if (Number.isNaN(difference)) return NaN;
    largest = Math.max(largest, Math.abs(reference));
    gap = Math.max(gap, difference);
  }
  return largest === 0 ? gap : gap / largest;
}
