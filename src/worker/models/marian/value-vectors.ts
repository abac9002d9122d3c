import * as tf from '@tensorflow/tfjs-core';
import { tidy } from '../../kernels/tensors.ts';
import { readFloats } from '../../read-back.ts';
import type { CrossCache } from './encoder.ts';
import type { DecoderAttention } from './weights.ts';

/**
 * What every head of a cross-attention would add for each source token if it looked at that alone:
 * f(x) = (x W_V + b_V) W_O of Kobayashi et al. 2020 (arXiv:2004.10102), the output's bias left out.
 * @returns [head, source token, width]
 */
export async function valueVectors(
  { values }: CrossCache,
  { output }: DecoderAttention,
): Promise<Float32Array> {
  const [headCount, , headSize] = values.shape;
  const width = output.weight.shape[1];
  const vectors = tidy(() =>
    tf.matMul<tf.Tensor3D>(
      values,
      tf.reshape<tf.Rank.R3>(output.weight, [headCount, headSize, width]),
    ),
  );
  try {
    return await readFloats(vectors);
  } finally {
    vectors.dispose();
  }
}
