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
export async function positiveAttention(
  trace: VisionTrace,
  target: number,
  context: WorkContext,
): Promise<tf.Tensor2D[]> {
  const sums = new Map<number, tf.Tensor2D>();
  const add = (layer: number, probs: tf.Tensor3D, gradient: tf.Tensor3D): void => {
    const before = sums.get(layer);
    const positive = tidy(() => {
      const ofHeads = tf.sum<tf.Tensor2D>(tf.relu(tf.mul(gradient, probs)), 0);
      const share = tf.div<tf.Tensor2D>(ofHeads, trace.headCount);
      return before === undefined ? share : tf.add<tf.Tensor2D>(before, share);
    });
    // It outlives what the backward pass tidies away.
    sums.set(layer, tf.keep(positive));
    before?.dispose();
  };
  try {
    const gradient = await trace.model.use((model) =>
      model.differentiate(trace, target, {
        changes: trace.plan,
        onLayer: () => betweenLayers(context),
        onGradient: add,
      }),
    );
    gradient.dispose();
    return [...sums.entries()].toSorted(([a], [b]) => a - b).map(([, positive]) => positive);
  } catch (error) {
    dispose([...sums.values()]);
    throw error;
  }
}
