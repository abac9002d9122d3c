import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { gelu, geluGradient } from './gelu.ts';

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
  return tf.mul<T>(x, geluNewGate(x));
}

function geluNewGate(x: tf.Tensor): tf.Tensor {
  const cubic = tf.mul(tf.add(tf.mul(tf.square(x), 0.044715), 1), x);
  return tf.sigmoid(tf.mul(cubic, 2 * Math.sqrt(2 / Math.PI)));
}

/** The derivative at x. Any shape to the same. */
export function activationGradient<T extends tf.Tensor>(x: T, activation: Activation): T {
  return tf.tidy(() => {
    switch (activation) {
      case 'gelu':
        return geluGradient(x);
      case 'gelu_new': {
        const slope = tf.add(tf.mul(tf.square(x), 3 * 0.044715), 1);
        return gatedGradient(x, geluNewGate(x), tf.mul(slope, 2 * Math.sqrt(2 / Math.PI)));
      }
      case 'quick_gelu':
        return gatedGradient(x, tf.sigmoid(tf.mul(x, 1.702)), tf.scalar(1.702));
      case 'relu':
        return tf.cast<T>(tf.greater(x, 0), 'float32');
    }
  });
}

/** The derivative of x · σ(v) from σ(v) and v′: σ(v) · (1 + x · v′ · (1 − σ(v))). */
function gatedGradient<T extends tf.Tensor>(x: T, gate: tf.Tensor, slope: tf.Tensor): T {
  return tf.mul<T>(gate, tf.add(tf.mul(tf.mul(x, slope), tf.sub(1, gate)), 1));
}
