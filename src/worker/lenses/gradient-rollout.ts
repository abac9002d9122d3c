import * as tf from '@tensorflow/tfjs-core';

import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import type { WorkContext } from '../call-context.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import type { VisionTrace } from '../trace.ts';
import type { Lens, LensedModel } from './lens.ts';
import { betweenLayers, positiveAttention } from './positive-attention.ts';
import {
  discardPerRow,
  layersFrom,
  multiplyLayers,
  readRollout,
  readSquare,
  rolloutParameters,
} from './rollout.ts';
import { readTarget, whyNoTarget } from './target.ts';

function describe(model: LensedModel): LensDescription {
  return {
    id: 'gradient-rollout',
    title: 'Gradient rollout',
    question:
      'Rolled out like attention, but counting only what speaks for this label: from where?',
    formula:
      'R = Aₗₐₛₜ ⋯ A₂ A₁ with A = (1 − r) · F + r · I; F = mean over heads of (∇A ⊙ A)⁺, the lowest ' +
      'keys of each row discarded, rows made to sum to 1; ∇A: derivative of the label’s logit, ' +
      'before the softmax over labels, by A',
    source: {
      title: 'vit-explain, grad_rollout (no paper)',
      url: 'https://github.com/jacobgil/vit-explain',
    },
    limits:
      'No paper defends it: it joins Abnar & Zuidema’s rollout with gradients. vit-explain takes the ' +
      'mean of the heads first and drops what is below zero after; here it is dropped head by head, ' +
      'as in Relevance. Making rows sum to 1 forgets how much a layer matters. A row in which ' +
      'nothing speaks for the label passes on its own token alone. The label’s map is the row of [CLS].',
    usesLayer: false,
    usesHead: false,
    usesTarget: true,
    unavailable: whyNoTarget(model),
    signed: false,
    unit: 'share',
    parameters: rolloutParameters(model.layerCount),
  };
}

async function apply(
  trace: VisionTrace,
  request: LensRequest,
  context: WorkContext,
): Promise<LensMatrix> {
  const target = readTarget(trace, request);
  const { discardRatio, residualWeight, firstLayer } = readRollout(
    describe(trace),
    request.options,
  );
  const positive = await positiveAttention(trace, target, context);
  try {
    const product = await multiplyLayers(
      layersFrom(firstLayer, trace.layerCount),
      async (layer) => {
        await betweenLayers(context);
        const matrix = positive[layer];
        if (matrix === undefined) throw new RangeError(`There is no layer ${layer}.`);
        return mixLayer(await discardPerRow(matrix.clone(), discardRatio), residualWeight);
      },
    );
    return await readSquare(product, trace.tokenCount);
  } finally {
    dispose(positive);
  }
}

/**
 * Rows of zeros become those of the identity: sharing them out evenly would invent relevance. Takes
 * the matrix over.
 */
function mixLayer(matrix: tf.Tensor2D, residualWeight: number): tf.Tensor2D {
  const mixed = tidy(() => {
    const shared = tf.div(matrix, tf.maximum(tf.sum(matrix, 1, true), 1e-30));
    const own = tf.sub(1, tf.mul(tf.sum(shared, 1, true), 1 - residualWeight));
    const identity = tf.mul(tf.eye(matrix.shape[0]), own);
    return tf.add<tf.Tensor2D>(tf.mul(shared, 1 - residualWeight), identity);
  });
  matrix.dispose();
  return mixed;
}

/** Rollout of attention that speaks for a label. */
export const gradientRollout: Lens = { describe, apply };
