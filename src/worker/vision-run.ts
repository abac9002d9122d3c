import * as tf from '@tensorflow/tfjs-core';
import { dispose, tidy } from './kernels/tensors.ts';
import type { ForwardResult, VitModel } from './models/vit.ts';
import { readFloats } from './read-back.ts';

export interface FirstView {
  /** For each layer, [head, query, key]. */
  readonly attention: tf.Tensor3D[];
  /** [layer, head, key] */
  readonly rows: Float32Array<ArrayBuffer>;
  /** [label]; empty without a head. */
  readonly probabilities: Float32Array<ArrayBuffer>;
}

/** The query's row in every layer and head, then the probabilities, in one tensor. */
function packFirstView({ attention, logits }: ForwardResult, query: number): tf.Tensor1D {
  return tidy(() => {
    const rows = attention.map((probs): tf.Tensor1D => {
      const [headCount, , keyCount] = probs.shape;
      const row = tf.slice3d(probs, [0, query, 0], [headCount, 1, keyCount]);
      return tf.reshape<tf.Rank.R1>(row, [headCount * keyCount]);
    });
    return tf.concat1d(logits === null ? rows : [...rows, tf.softmax(logits)]);
  });
}

/**
 * Runs prepared pixels and reads the first view back in one piece, since each read-back waits for
 * the device. The attention stays on the device and is the caller's.
 * @param onLayer called before each layer; what it throws ends the run
 */
export async function runFirstView(
  model: VitModel,
  pixels: Float32Array,
  query: number,
  onLayer: (layer: number) => Promise<void>,
): Promise<FirstView> {
  const result = await model.forward(pixels, { onLayer });
  const { attention, logits } = result;
  try {
    const packed = packFirstView(result, query);
    const values = await readFloats(packed).finally(() => packed.dispose());
    const rowsLength = values.length - (logits === null ? 0 : logits.size);
    return {
      attention,
      rows: values.slice(0, rowsLength),
      probabilities: values.slice(rowsLength),
    };
  } catch (error) {
    dispose(attention);
    throw error;
  } finally {
    logits?.dispose();
  }
}
