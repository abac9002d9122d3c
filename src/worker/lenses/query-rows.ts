import * as tf from '@tensorflow/tfjs-core';

import type { Direction } from '../../engine/protocol.ts';
import { tidy } from '../kernels/tensors.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';

/**
 * What a token attends to, or what attends to it, in every layer and head: one read-back.
 * @returns [layer, head, token]
 * @throws HeedFailure `bad-request` if there is no such token
 */
export async function readQuery(
  trace: VisionTrace,
  query: number,
  direction: Direction,
): Promise<Float32Array<ArrayBuffer>> {
  trace.checkToken(query);
  const { headCount, tokenCount } = trace;
  const isRow = direction === 'row';
  const rows = tidy(() =>
    tf.concat2d(
      trace.attention.map((probs) => {
        const start: [number, number, number] = isRow ? [0, query, 0] : [0, 0, query];
        const size: [number, number, number] = isRow
          ? [headCount, 1, tokenCount]
          : [headCount, tokenCount, 1];
        return tf.reshape<tf.Rank.R2>(tf.slice3d(probs, start, size), [headCount, tokenCount]);
      }),
      0,
    ),
  );
  try {
    return await readFloats(rows);
  } finally {
    rows.dispose();
  }
}
