import * as tf from '@tensorflow/tfjs-core';

import type { Activation } from '../checkpoint/config.ts';
import { gelu, geluGradient } from './gelu.ts';

/**
 * The activations of `transformers`, by their names in config.json. Any shape to the same, but that
 * `swiglu` halves the last axis: gates, then what they let through.
 */
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
      case 'swiglu': {
        const [gate, up] = halves(x);
        return tf.mul<T>(tf.mul(gate, tf.sigmoid(gate)), up);
      }
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

function halves(x: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const [gate, up] = tf.split(x, 2, -1);
  if (gate === undefined || up === undefined) throw new RangeError('no two halves');
  return [gate, up];
}

/**
 * From the gradient with respect to the activation's result to that with respect to its input.
 * @param x what the activation was applied to
 */
export function activationGradient(
  x: tf.Tensor2D,
  towardsActive: tf.Tensor2D,
  activation: Activation,
): tf.Tensor2D {
  return tf.tidy(() => {
    if (activation !== 'swiglu') return tf.mul(towardsActive, derivative(x, activation));
    const [gate, up] = halves(x);
    const sigmoid = tf.sigmoid(gate);
    const slope = gatedGradient(gate, sigmoid, tf.scalar(1));
    return tf.concat<tf.Tensor2D>(
      [
        tf.mul<tf.Tensor2D>(tf.mul(towardsActive, up), slope),
        tf.mul<tf.Tensor2D>(towardsActive, tf.mul(gate, sigmoid)),
      ],
      1,
    );
  });
}

/** The derivative at x. Any shape to the same. */
function derivative<T extends tf.Tensor>(x: T, activation: Exclude<Activation, 'swiglu'>): T {
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
