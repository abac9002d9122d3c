import * as tf from '@tensorflow/tfjs-core';

import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import type { WorkContext } from '../call-context.ts';
import { tidy } from '../kernels/tensors.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';
import type { Lens, LensedModel } from './lens.ts';
import { patchMap } from './patch-map.ts';
import { betweenLayers } from './positive-attention.ts';
import { readTarget, whyNoTarget } from './target.ts';

function describe(model: LensedModel): LensDescription {
  return {
    id: 'input-gradient',
    title: 'Input gradient',
    question: 'Were a patch faded to the mean colour, where would the label’s logit begin to fall?',
    formula:
      'Σ x ⊙ ∂logit/∂x over the pixels and channels of a patch; x: the normalised pixels, in which ' +
      'the preprocessor’s mean colour is 0; logit: before the softmax over labels',
    source: {
      title: 'Shrikumar et al. 2016, Not Just a Black Box',
      url: 'https://arxiv.org/abs/1605.01713',
    },
    limits:
      'It uses no attention and is the same for every query. A derivative holds for small changes ' +
      'only and can vanish where the model is sure. Patches of the mean colour get 0 whatever they ' +
      'mean. Sums over a patch let pixels cancel.',
    usesLayer: false,
    usesHead: false,
    usesTarget: true,
    unavailable: whyNoTarget(model),
    signed: true,
    unit: 'logit',
    parameters: [],
  };
}

function apply(
  trace: VisionTrace,
  request: LensRequest,
  context: WorkContext,
): Promise<LensMatrix> {
  const target = readTarget(trace, request);
  return trace.model.use(async (model) => {
    const gradient = await model.differentiate(trace, target, {
      changes: trace.plan,
      onLayer: () => betweenLayers(context),
    });
    const patches = tidy(() => attribute(gradient, model.projectPatches(trace.pixels)));
    gradient.dispose();
    return patchMap(trace, await readFloats(patches).finally(() => patches.dispose()));
  });
}

/**
 * A patch's token is linear in its pixels, so that pixels times their gradients sum to the projected
 * pixels times the token's gradient.
 * @param gradient with respect to all tokens, [token, width]
 * @param content projected pixels, [patch, width]
 * @returns [patch]
 */
export function attribute(gradient: tf.Tensor2D, content: tf.Tensor2D): tf.Tensor1D {
  return tidy(() => {
    const [patchCount, width] = content.shape;
    const special = gradient.shape[0] - patchCount;
    const ofPatches = tf.slice2d(gradient, [special, 0], [patchCount, width]);
    return tf.sum<tf.Tensor1D>(tf.mul(ofPatches, content), 1);
  });
}

/** Gradient times input. */
export const inputGradient: Lens = { describe, apply };
