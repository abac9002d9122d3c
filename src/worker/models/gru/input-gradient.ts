import * as tf from '@tensorflow/tfjs-core';
import { dispose, tidy } from '../../kernels/tensors.ts';
import { readFloats } from '../../read-back.ts';
import type { ModelChanges } from '../attention-changes.ts';
import type { ForcedTarget } from '../translation-model.ts';
import { backThroughDecoder, backThroughEncoder, prepareGruBackward } from './backward.ts';
import type { GruConfig } from './config.ts';
import { type GruStepTape, runGruStep } from './decoder.ts';
import { tapeGruEncoder } from './encoder.ts';
import type { GruWeights } from './weights.ts';

/** Numbers that the gradients of the annotations may take at once. */
const LARGEST_CHUNK = 4_000_000;

/**
 * Gradient × input: the gradient of every target token's logit with regard to a source token's
 * embedding, its product with that embedding. Several target tokens go back at once.
 * @returns [target, source token]
 */
export async function gruInputGradient(
  ids: readonly number[],
  { inputs, tokens, onToken }: ForcedTarget,
  weights: GruWeights,
  config: GruConfig,
  changes: ModelChanges | null,
): Promise<Float32Array> {
  const layer = changes?.cross[0] ?? null;
  const tapes = tidy(() => {
    const encoder = tapeGruEncoder(ids, weights, config);
    const steps: GruStepTape[] = [];
    let state = encoder.output.initial;
    for (const [position, token] of inputs.entries()) {
      const change = layer === null ? null : { layer, position };
      const step = runGruStep([token], state, weights, encoder.output, change);
      steps.push(step);
      state = step.state;
    }
    const embedded = tf.tensor2d(weights.embeddings.read(ids), [ids.length, config.embeddingSize]);
    return { encoder, steps, embedded, backward: prepareGruBackward(weights) };
  });
  const rows: tf.Tensor2D[] = [];
  try {
    const most = Math.max(1, Math.floor(LARGEST_CHUNK / (ids.length * 2 * config.encoderSize)));
    for (let start = 0; start < tokens.length; start += most) {
      await onToken(start);
      const chunk = tokens.slice(start, start + most);
      rows.push(
        tf.tidy(() => {
          const { encoder, steps, embedded, backward } = tapes;
          const columns = tf.gather(weights.output.weight, tf.tensor1d(chunk, 'int32'), 1);
          const readouts = tf.transpose<tf.Tensor2D>(columns);
          const places = chunk.map((_, index) => start + index);
          const { annotations } = encoder.output;
          const given = backThroughDecoder(steps, annotations, backward, readouts, places);
          const gradients = backThroughEncoder(encoder, backward, given);
          return tf.sum<tf.Tensor2D>(tf.mul(gradients, embedded), 2);
        }),
      );
    }
    const all = tf.concat2d(rows, 0);
    try {
      return await readFloats(all);
    } finally {
      all.dispose();
    }
  } finally {
    dispose([tapes, rows]);
  }
}
