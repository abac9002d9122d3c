import * as tf from '@tensorflow/tfjs-core';
import type { LogitGradients } from './backward.ts';
import type { DecoderTape } from './decoder.ts';
import type { EncoderTape } from './encoder.ts';

/**
 * Relevance of source tokens for one logit: Chefer, Gur, Wolf 2021 (arXiv:2103.15679), the form for
 * an encoder and a decoder. With Ā = mean over heads of (∂logit/∂A ∘ A)⁺, i the source and q the
 * target:
 *
 *     encoder:          R_ii += Ā R_ii                                          (rules 5, 6)
 *     self-attention:   R_qi += Ā R_qi,   R_qq += Ā R_qq                        (rules 6, 7)
 *     cross-attention:  R_qi += R̄_qqᵀ Ā R̄_ii                                    (rules 8 to 10)
 *
 * where R̄ = R̂ + I, and R̂ = R − I with rows made to sum to 1. A row of R̂ that is all zeros, of a
 * position that the logit does not depend on, stays so.
 * @param position of the logit, a row of R_qi
 * @returns [1, source token]
 */
export function relevanceOf(
  encoder: EncoderTape,
  decoder: DecoderTape,
  gradients: LogitGradients,
  position: number,
): tf.Tensor2D {
  const sourceCount = gradients.embedded.shape[0];
  const targetCount = decoder.output.shape[0];
  let source: tf.Tensor2D = tf.eye(sourceCount);
  for (const [layer, { heads }] of encoder.layers.entries()) {
    const mixed = weighted(heads.probs, gradients.encoder[layer]);
    source = tf.add(source, tf.matMul<tf.Tensor2D>(mixed, source));
  }
  const sourceNormal = normalised(source);
  let target: tf.Tensor2D = tf.eye(targetCount);
  let across = tf.zeros<tf.Rank.R2>([targetCount, sourceCount]);
  for (const [layer, { self, cross }] of decoder.layers.entries()) {
    const mixed = weighted(self.probs, gradients.decoder[layer]);
    across = tf.add(across, tf.matMul<tf.Tensor2D>(mixed, across));
    target = tf.add(target, tf.matMul<tf.Tensor2D>(mixed, target));
    const looked = weighted(cross.probs, gradients.cross[layer]);
    const turned = tf.transpose(normalised(target));
    const added = tf.matMul<tf.Tensor2D>(turned, tf.matMul<tf.Tensor2D>(looked, sourceNormal));
    across = tf.add(across, added);
  }
  return tf.slice2d(across, [position, 0], [1, sourceCount]);
}

/** Gradient times weight, what is negative left out, then the mean of the heads: [query, key]. */
function weighted(probs: tf.Tensor3D, gradient: tf.Tensor3D | undefined): tf.Tensor2D {
  if (gradient === undefined) throw new RangeError('a layer has no gradient');
  return tf.mean(tf.relu(tf.mul(gradient, probs)), 0);
}

/** R̄ of a relevance matrix. */
function normalised(relevance: tf.Tensor2D): tf.Tensor2D {
  const identity = tf.eye(relevance.shape[0]);
  const gathered = tf.sub<tf.Tensor2D>(relevance, identity);
  const sum = tf.sum(gathered, 1, true);
  const divisor = tf.add(sum, tf.cast(tf.equal(sum, 0), 'float32'));
  return tf.add(tf.div(gathered, divisor), identity);
}
