/** Gradients by hand against tfjs's own differentiation, which the plain backend has throughout. */
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';

import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { expectClose } from '../../../e2e/harness/numbers.ts';
import { activate, activationGradient } from './activation.ts';
import {
  allTokens,
  editedWeights,
  type HeadEdit,
  permutedPlaces,
  seenKeys,
  type WeightsEdit,
} from './edited-weights.ts';
import { editedWeightsGradient } from './edited-weights-gradient.ts';
import { stackHeads } from './stacked-heads.ts';
import { type LayerNorm, layerNormGradient, plainLayerNorm } from './layer-norm.ts';

const [ROWS, WIDTH] = [5, 7];

function random(seed: number, scale = 2): Float32Array {
  return tf.tidy(() =>
    Float32Array.from(
      tf.randomNormal([ROWS, WIDTH], 0, scale, 'float32', seed).dataSync<'float32'>(),
    ),
  );
}

function matrix(values: Float32Array): tf.Tensor2D {
  return tf.tensor2d(values, [ROWS, WIDTH]);
}

/** The gradient of Σ weights ⊙ f(x) by tfjs. */
function differentiate(
  compute: (x: tf.Tensor2D) => tf.Tensor2D,
  x: Float32Array,
  weights: Float32Array,
): Float32Array {
  return tf.tidy(() => {
    const gradient = tf.grad((input: tf.Tensor) =>
      tf.sum(tf.mul(compute(tf.reshape<tf.Rank.R2>(input, [ROWS, WIDTH])), matrix(weights))),
    );
    return Float32Array.from(gradient(matrix(x)).dataSync<'float32'>());
  });
}

function values(compute: () => tf.Tensor): Float32Array {
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => Float32Array.from(compute().dataSync<'float32'>()));
  expect(tf.memory().numTensors).toBe(before);
  return result;
}

const activations = ['gelu', 'gelu_new', 'quick_gelu', 'relu'] as const;
const edits: readonly (WeightsEdit | null)[] = [
  null,
  { kind: 'temperature', temperature: 0.4 },
  { kind: 'permuted', seed: 12 },
  { kind: 'uniform' },
];
const masks: readonly Partial<HeadEdit>[] = [
  {},
  { hiddenKeys: [2], cuts: [{ query: 1, key: 4 }] },
  { cuts: [0, 1, 2, 3, 4, 5, 6].map((key) => ({ query: 3, key })) },
];
const axes = { queries: allTokens(ROWS), keys: allTokens(WIDTH) };

function norm(): LayerNorm {
  return {
    scale: tf.tensor1d([1, 2, 0.5, -1, 3, 1, 1]),
    shift: tf.zeros<tf.Rank.R1>([WIDTH]),
    epsilon: 1e-6,
  };
}

function editOf(weights: WeightsEdit | null, mask: Partial<HeadEdit>): HeadEdit {
  return { scale: 1, weights, hiddenKeys: [], cuts: [], ...mask };
}

describe.each(NODE_BACKENDS)('gradients on %s', (backend) => {
  let x: Float32Array;
  let weights: Float32Array;
  const references = new Map<string, Float32Array>();

  /** What is summed after moving weights is the same as moving back what they are summed with. */
  const differentiateUnmoved = (seed: number, edit: HeadEdit): Float32Array => {
    const back = new Float32Array(weights.length);
    const places = permutedPlaces(seed, axes, seenKeys(edit, axes));
    for (const [to, from] of places.entries()) back[from] = weights[to] ?? NaN;
    const plain = { ...edit, weights: null };
    return differentiate((input) => editedWeights(input, plain, axes), x, back);
  };

  beforeAll(async () => {
    await useNodeBackend('cpu');
    x = random(1);
    weights = random(2);
    for (const name of activations) {
      references.set(
        name,
        differentiate((input) => activate(input, name), x, weights),
      );
    }
    references.set(
      'norm',
      differentiate((input) => plainLayerNorm(input, norm()), x, weights),
    );
    for (const [index, kind] of edits.entries()) {
      for (const [place, mask] of masks.entries()) {
        const edit = editOf(kind, mask);
        if (kind?.kind === 'uniform') continue;
        references.set(
          `${index}.${place}`,
          kind?.kind === 'permuted'
            ? differentiateUnmoved(kind.seed, edit)
            : differentiate((input) => editedWeights(input, edit, axes), x, weights),
        );
      }
    }
    await useNodeBackend(backend);
  });

  it.each(activations)('of the activation %s', (name) => {
    const actual = values(() => activationGradient(matrix(x), matrix(weights), name));
    expectClose(actual, references.get(name) ?? [], 1e-5);
  });

  it('of the layer normalisation', () => {
    const actual = values(() => layerNormGradient(matrix(x), matrix(weights), norm()));
    expectClose(actual, references.get('norm') ?? [], 1e-5);
  });

  it.each(
    edits.flatMap((kind, index) => masks.map((mask, place) => [index, place, kind, mask] as const)),
  )('of edited weights: %i, mask %i', (index, place, kind, mask) => {
    const edit = editOf(kind, mask);
    const actual = values(() => {
      const probs = editedWeights(matrix(x), edit, axes);
      // Beside a head that is as it was.
      const both = stackHeads([probs, probs]);
      const towards = stackHeads([matrix(weights), matrix(weights)]);
      const [, second] = tf.unstack(editedWeightsGradient(both, towards, [null, edit], axes));
      return second ?? tf.scalar(NaN);
    });
    const reference = references.get(`${index}.${place}`);
    if (reference === undefined) expect(actual.every((value) => value === 0)).toBe(true);
    else expectClose(actual, reference, 1e-5);
  });
});
