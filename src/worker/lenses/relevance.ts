import * as tf from '@tensorflow/tfjs-core';

import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import type { WorkContext } from '../call-context.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import type { VisionTrace } from '../trace.ts';
import type { Lens, LensedModel } from './lens.ts';
import { betweenLayers, positiveAttention } from './positive-attention.ts';
import { readSquare } from './rollout.ts';
import { readTarget, whyNoTarget } from './target.ts';

function describe(model: LensedModel): LensDescription {
  return {
    id: 'relevance',
    title: 'Relevance',
    question: 'Through all layers together, which patches speak for this label?',
    formula:
      'R = I, then layer by layer R ← R + mean over heads of (∇A ⊙ A)⁺ · R; ∇A: derivative of the ' +
      'label’s logit, before the softmax over labels, by A; shown is R − I, without what each ' +
      'token begins with',
    source: {
      title: 'Chefer, Gur & Wolf 2021, Generic Attention-model Explainability',
      url: 'https://arxiv.org/abs/2103.15679',
    },
    limits:
      'The label’s map is the row of [CLS] (in a distilled DeiT, of [DIST] as well); other rows show ' +
      'what reached those tokens, weighted by the same derivatives. It sees only what speaks for ' +
      'the label: what speaks against it is dropped, head by head. A derivative says what a small ' +
      'change would do, and values and MLPs count only by way of it. Numbers of different labels ' +
      'or pictures cannot be compared.',
    usesLayer: false,
    usesHead: false,
    usesTarget: true,
    unavailable: whyNoTarget(model),
    signed: false,
    unit: 'relevance',
    parameters: [],
  };
}

async function apply(
  trace: VisionTrace,
  request: LensRequest,
  context: WorkContext,
): Promise<LensMatrix> {
  const positive = await positiveAttention(trace, readTarget(trace, request), context);
  try {
    return await readSquare(await accumulate(positive, context), trace.tokenCount);
  } finally {
    dispose(positive);
  }
}

/** R − I, from the first layer to the last. The caller's. */
async function accumulate(
  positive: readonly tf.Tensor2D[],
  context: WorkContext,
): Promise<tf.Tensor2D> {
  const [first, ...others] = positive;
  if (first === undefined) throw new RangeError('Relevance needs a layer.');
  let sum = first.clone();
  try {
    for (const matrix of others) {
      await betweenLayers(context);
      const before = sum;
      // With S = R − I, R + P · R is I + S + P + P · S.
      sum = tidy(() => tf.addN([before, matrix, tf.matMul<tf.Tensor2D>(matrix, before)]));
      before.dispose();
    }
    return sum;
  } catch (error) {
    sum.dispose();
    throw error;
  }
}

/** Attention that speaks for a label, gathered through all layers. */
export const relevance: Lens = { describe, apply };
