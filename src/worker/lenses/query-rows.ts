import * as tf from '@tensorflow/tfjs-core';

import type { Direction } from '../../engine/protocol.ts';
import { takeColumn } from '../kernels/query-slices.ts';
import { dispose } from '../kernels/tensors.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';

/**
 * What a token attends to, or what attends to it, in every layer and head: one read-back.
 * @param betweenLayers is awaited before each layer; what it throws ends the reading
 * @returns [layer, head, token]
 * @throws HeedFailure `bad-request` if there is no such token
 */
export async function readQuery(
  trace: VisionTrace,
  query: number,
  direction: Direction,
  betweenLayers: () => Promise<void> | void = () => undefined,
): Promise<Float32Array<ArrayBuffer>> {
  trace.checkToken(query);
  const layers: tf.Tensor2D[] = [];
  try {
    for (let layer = 0; layer < trace.layerCount; layer++) {
      await betweenLayers();
      layers.push(
        direction === 'row'
          ? await trace.readRow(layer, query)
          : await trace.withAttention(layer, (probs) => takeColumn(probs, query)),
      );
    }
    const all = tf.concat2d(layers, 0);
    return await readFloats(all).finally(() => all.dispose());
  } finally {
    dispose(layers);
  }
}
