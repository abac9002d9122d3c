import * as tf from '@tensorflow/tfjs-core';

import { GELU, hasKernel, runKernel } from './custom-kernel.ts';

/**
 * x · Φ(x), with Φ the normal distribution (Hendrycks & Gimpel 2016, arXiv:1606.08415). Any shape to
 * the same.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    // On wasm the same fit as `geluBySigmoid`, in one pass.
    if (hasKernel(GELU)) return runKernel<T>(GELU, { x });
    return tf.getBackend() === 'wasm' ? geluBySigmoid(x) : geluByErf(x);
  });
}

/** Its derivative, Φ(x) + x · φ(x). Any shape to the same. */
export function geluGradient<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const share = tf.getBackend() === 'wasm' ? shareBySigmoid(x) : shareByErf(x);
    const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return tf.add<T>(share, tf.mul(x, density));
  });
}

/** The plain form. The backends' erf is right to 2e-7. */
export function geluByErf<T extends tf.Tensor>(x: T): T {
  const half = tf.mul(x, 0.5);
  return tf.add<T>(half, tf.mul(half, tf.erf(tf.mul(x, Math.SQRT1_2))));
}

/**
 * Coefficients of P, from x⁰ to x¹², with Φ(x) ≈ sigmoid(x · P(x²)): a minimax fit of x · Φ(x) with a
 * largest error of 7e-8, less than single precision resolves at the same place. P is positive
 * everywhere, so that the sigmoid saturates on both sides.
 */
const COEFFICIENTS = [
  1.59576843, 0.072668567, -6.62599973e-5, -1.10480314e-4, 7.93821854e-6, -2.66892796e-7,
  3.61123232e-9,
] as const;

/** For wasm without our kernel, whose erf and exp are scalar, while its sigmoid and products use SIMD: 2.5 times faster. */
export function geluBySigmoid<T extends tf.Tensor>(x: T): T {
  return tf.mul<T>(x, shareBySigmoid(x));
}

/** Φ(x), the share of a normal distribution below x. */
function shareByErf(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5);
}

function shareBySigmoid(x: tf.Tensor): tf.Tensor {
  const square = tf.square(x);
  const [highest, ...lower] = COEFFICIENTS.toReversed();
  const polynomial = lower.reduce<tf.Tensor>(
    (sum, coefficient) => tf.add(tf.mul(sum, square), coefficient),
    tf.scalar(highest ?? 0),
  );
  return tf.sigmoid(tf.mul(x, polynomial));
}
