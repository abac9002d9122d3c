import * as tf from '@tensorflow/tfjs-core';

import type {
  LensDescription,
  LensMatrix,
  LensOptions,
  LensParameter,
  LensRequest,
} from '../../engine/protocol.ts';
import { FUSIONS } from '../../math/fuse-heads.ts';
import { discardLowest } from '../../math/rollout.ts';
import type { WorkContext } from '../call-context.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';
import { FUSION_CHOICES, fuseHeads } from './head-fusion.ts';
import type { Lens, LensedModel } from './lens.ts';
import { readChoice, readRange } from './options.ts';
import { betweenLayers } from './positive-attention.ts';

function describe({ layerCount }: LensedModel): LensDescription {
  return {
    id: 'rollout',
    title: 'Rollout',
    question: 'Through all layers together, from which patches did the query token gather?',
    formula:
      'R = Aₗₐₛₜ ⋯ A₂ A₁ with A = (1 − r) · F + r · I; F: the heads of a layer fused, the lowest ' +
      'keys of each row discarded, rows made to sum to 1',
    source: {
      title: 'Abnar & Zuidema 2020, Quantifying Attention Flow in Transformers',
      url: 'https://arxiv.org/abs/2005.00928',
    },
    limits:
      'The paper has the mean of the heads, r = 0.5 and no discarding. Maximum, minimum and ' +
      'discarding come from vit-explain and make sharper maps, not truer ones. Rollout knows ' +
      'neither values nor MLPs and is the same for every class; after many layers it tends to the ' +
      'same map for every query.',
    usesLayer: false,
    usesHead: false,
    usesTarget: false,
    unavailable: null,
    signed: false,
    unit: 'share',
    parameters: [
      {
        kind: 'choice',
        key: 'fusion',
        label: 'Head fusion',
        help: 'How the heads of a layer become one matrix. The paper takes the mean.',
        choices: FUSION_CHOICES,
        initial: 'mean',
      },
      ...rolloutParameters(layerCount),
    ],
  };
}

/** What every rollout asks, whatever it makes of the heads. */
export function rolloutParameters(layerCount: number): LensParameter[] {
  return [
    {
      kind: 'range',
      key: 'discardRatio',
      label: 'Discard ratio',
      help: 'Share of each row’s keys, the lowest, set to zero in every layer; never [CLS]. Not in the paper.',
      min: 0,
      max: 0.99,
      step: 0.01,
      initial: 0,
    },
    {
      kind: 'range',
      key: 'residualWeight',
      label: 'Residual weight',
      help: 'How much of itself a token keeps in each layer. The paper has 0.5.',
      min: 0,
      max: 1,
      step: 0.05,
      initial: 0.5,
    },
    {
      kind: 'range',
      key: 'firstLayer',
      label: 'First layer',
      help: 'The layer that the product begins with, counted from 1.',
      min: 1,
      max: layerCount,
      step: 1,
      initial: 1,
    },
  ];
}

/** The layer that the product begins with, counted from 0, and how layers enter it. */
export function readRollout(
  description: LensDescription,
  options: LensOptions,
): { readonly firstLayer: number; readonly discardRatio: number; readonly residualWeight: number } {
  return {
    discardRatio: readRange(description, options, 'discardRatio'),
    residualWeight: readRange(description, options, 'residualWeight'),
    firstLayer: readRange(description, options, 'firstLayer') - 1,
  };
}

async function apply(
  trace: VisionTrace,
  { options }: LensRequest,
  context: WorkContext,
): Promise<LensMatrix> {
  const description = describe(trace);
  const fusion = readChoice(description, options, 'fusion', FUSIONS);
  const { discardRatio, residualWeight, firstLayer } = readRollout(description, options);
  const { tokenCount } = trace;

  const product = await multiplyLayers(layersFrom(firstLayer, trace.layerCount), async (layer) => {
    await betweenLayers(context);
    const fused = await trace.withAttention(layer, (probs) => fuseHeads(probs, fusion));
    return mixLayer(await discardPerRow(fused, discardRatio), residualWeight);
  });
  return readSquare(product, tokenCount);
}

export function layersFrom(first: number, count: number): number[] {
  return Array.from({ length: Math.max(0, count - first) }, (_, index) => first + index);
}

/** Takes the matrix over. */
export async function readSquare(matrix: tf.Tensor2D, size: number): Promise<LensMatrix> {
  try {
    return { queryCount: size, keyCount: size, values: await readFloats(matrix) };
  } finally {
    matrix.dispose();
  }
}

/**
 * A_last · … · A_first, with one layer's matrix at a time beside the product. The caller's.
 * @param mixed makes a layer's matrix, [query, key]
 * @throws what `mixed` throws; nothing stays on the device then
 */
export async function multiplyLayers(
  layers: readonly number[],
  mixed: (layer: number) => Promise<tf.Tensor2D>,
): Promise<tf.Tensor2D> {
  let product: tf.Tensor2D | null = null;
  try {
    for (const layer of layers) {
      const matrix = await mixed(layer);
      const before: tf.Tensor2D | null = product;
      product = before === null ? matrix : tf.matMul<tf.Tensor2D>(matrix, before);
      if (before !== null) dispose([matrix, before]);
    }
    if (product === null) throw new RangeError('A rollout needs a layer.');
    return product;
  } catch (error) {
    dispose(product);
    throw error;
  }
}

/**
 * A fused matrix without the lowest keys of each row. Sorting is done here and not on the device.
 * Takes the matrix over.
 */
export async function discardPerRow(fused: tf.Tensor2D, ratio: number): Promise<tf.Tensor2D> {
  if (ratio === 0) return fused;
  try {
    const [, keyCount] = fused.shape;
    return tf.tensor2d(discardLowest(await readFloats(fused), keyCount, ratio), fused.shape);
  } finally {
    fused.dispose();
  }
}

/** A layer's matrix with its rows made to sum to 1 and the residual connection. Takes it over. */
function mixLayer(matrix: tf.Tensor2D, residualWeight: number): tf.Tensor2D {
  const mixed = tidy(() => {
    // So little changes no row but one of zeros, which a minimum can have: that becomes uniform.
    const positive = tf.add(matrix, 1e-30);
    const normalized = tf.div(positive, tf.sum(positive, 1, true));
    const identity = tf.mul(tf.eye(matrix.shape[0]), residualWeight);
    return tf.add<tf.Tensor2D>(tf.mul(normalized, 1 - residualWeight), identity);
  });
  matrix.dispose();
  return mixed;
}

/** Attention through all layers, with the residual connections. */
export const rollout: Lens = { describe, apply };
