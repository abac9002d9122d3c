/** Heads' weights that a run with changes takes from other runs. */
import type * as tf from '@tensorflow/tfjs-core';

import type { RunId } from '../engine/protocol.ts';
import type { AttentionChanges, HeadChange } from '../engine/what-if-protocol.ts';
import { fail } from './failure.ts';
import { dispose, takeHeads } from './kernels/tensors.ts';
import { failOther, type WeightsOfRun } from './models/vit-changes.ts';
import type { VisionTrace } from './trace.ts';

export interface BorrowedWeights {
  readonly weightsOf: WeightsOfRun;
  readonly dispose: () => void;
}

/**
 * Copies the weights of every head that is to have another run's, [1, query, key] each, so that the
 * other run need not be kept.
 * @param base the run that is changed
 * @param mostBytes what the copies may take together
 * @throws HeedFailure `bad-request` for another run of another size, `out-of-memory` for too many
 *   heads, and what `traceOf` throws
 */
export async function borrowWeights(
  { heads }: AttentionChanges,
  base: VisionTrace,
  traceOf: (run: RunId) => VisionTrace,
  mostBytes: number,
): Promise<BorrowedWeights> {
  const copies = new Map<string, tf.Tensor3D>();
  const wanted = heads.filter(({ replacement }) => replacement?.kind === 'other-run');
  const bytes = 4 * wanted.length * base.tokenCount ** 2;
  if (bytes > mostBytes) {
    fail(
      'out-of-memory',
      'Fewer heads can have another picture’s attention at once: so many do not fit in memory.',
      `${bytes} of ${mostBytes} bytes`,
    );
  }
  try {
    for (const { layer, head, replacement } of wanted) {
      if (replacement?.kind !== 'other-run') continue;
      const other = traceOf(replacement.run);
      checkSize(other, base);
      base.checkLayer(layer);
      base.checkHead(head);
      const name = nameOf(replacement.run, layer, head);
      if (copies.has(name)) continue;
      copies.set(name, await other.openAttention(layer, (probs) => takeHeads(probs, head, 1)));
    }
  } catch (error) {
    dispose([...copies.values()]);
    throw error;
  }
  return {
    weightsOf: (run, layer, head) => {
      const probs = copies.get(nameOf(run, layer, head));
      if (probs === undefined) throw new RangeError(`No weights of head ${head} were copied.`);
      return { probs, head: 0 };
    },
    dispose: () => dispose([...copies.values()]),
  };
}

function checkSize(other: VisionTrace, base: VisionTrace): void {
  if (other.layerCount !== base.layerCount) failOther(base.layerCount, other.layerCount);
  if (other.headCount !== base.headCount) failOther(base.headCount, other.headCount);
  if (other.tokenCount !== base.tokenCount) failOther(base.tokenCount, other.tokenCount);
}

function nameOf(run: RunId, layer: HeadChange['layer'], head: HeadChange['head']): string {
  return `${run} ${layer} ${head}`;
}
