import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { gelu } from './gelu.ts';

/** The activations of `transformers`, by their names in config.json. Any shape to the same. */
export function activate<T extends tf.Tensor>(x: T, activation: Activation): T {
  return tf.tidy(() => {
    switch (activation) {
      case 'gelu':
        return gelu(x);
      case 'gelu_new':
        return geluNew(x);
      case 'quick_gelu':
        return tf.mul<T>(x, tf.sigmoid(tf.mul(x, 1.702)));
      case 'relu':
        return tf.relu(x);
    }
  });
}

/**
 * The approximation with tanh. Since (1 + tanh u) / 2 is the sigmoid of 2u, it is written with the
 * sigmoid, which is the faster kernel on wasm.
 */
function geluNew<T extends tf.Tensor>(x: T): T {
  const cubic = tf.mul(tf.add(tf.mul(tf.square(x), 0.044715), 1), x);
  return tf.mul<T>(x, tf.sigmoid(tf.mul(cubic, 2 * Math.sqrt(2 / Math.PI))));
}
