import * as tf from '@tensorflow/tfjs-core';
import type { MarianActivation } from './config.ts';

/** Derivatives of the activations: any shape to the same. */
export function activationGradient(x: tf.Tensor2D, activation: MarianActivation): tf.Tensor2D {
  return tf.tidy(() => {
    switch (activation) {
      case 'relu':
        return tf.cast(tf.greater(x, 0), 'float32');
      case 'swish': {
        const gate = tf.sigmoid(x);
        return tf.mul(gate, tf.add(1, tf.mul(x, tf.sub(1, gate))));
      }
      case 'gelu': {
        const below = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
        const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
        return tf.add(below, tf.mul(x, density));
      }
      case 'gelu_new': {
        // x · sigmoid(v) with v = 2 √(2/π) (x + 0.044715 x³); see kernels/activation.ts.
        const factor = 2 * Math.sqrt(2 / Math.PI);
        const square = tf.square(x);
        const gate = tf.sigmoid(tf.mul(tf.mul(x, tf.add(tf.mul(square, 0.044715), 1)), factor));
        const slope = tf.mul(tf.add(tf.mul(square, 3 * 0.044715), 1), factor);
        return tf.mul(gate, tf.add(1, tf.mul(tf.mul(x, slope), tf.sub(1, gate))));
      }
    }
  });
}
