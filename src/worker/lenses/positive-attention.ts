/** Attention weighted by what it does to a label's logit. */
import * as tf from '@tensorflow/tfjs-core';

import type { WorkContext } from '../call-context.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import { nextTurn } from '../next-turn.ts';
import type { VisionTrace } from '../trace.ts';

/** Lets the page's messages in between layers, and ends the work when it is cancelled. */
export async function betweenLayers({ signal }: WorkContext): Promise<void> {
  await nextTurn();
  signal.throwIfAborted();
}

/**
 * For each layer the mean over heads of (∇A ⊙ A)⁺, [query, key], the caller's: products below zero
 * are dropped head by head, before the mean. A is the attention that the run left, with its changes.
 * @param target index of a label
 * @throws what the signal was aborted with
 */
export function positiveAttention(
  trace: VisionTrace,
  target: number,
  context: WorkContext,
): Promise<tf.Tensor2D[]> {
  return trace.model.use(async (model) => {
    const embedded = model.embed(trace.pixels);
    try {
      const gradients = await model.differentiate(embedded, target, {
        attention: trace.attention,
        changes: trace.plannedChanges(),
        onLayer: () => betweenLayers(context),
      });
      const positive = tidy(() =>
        gradients.attention.map((gradient, layer) =>
          tf.mean<tf.Tensor2D>(tf.relu(tf.mul(gradient, trace.layer(layer))), 0),
        ),
      );
      dispose(gradients);
      return positive;
    } finally {
      embedded.dispose();
    }
  });
}
