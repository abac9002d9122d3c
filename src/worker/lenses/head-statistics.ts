import type { HeadStatistics } from '../../engine/protocol.ts';
import { meanEntropy } from '../../math/entropy.ts';
import { meanDistance, patchDistances } from '../../math/mean-distance.ts';
import { giveBack } from '../give-back.ts';
import { takeHeads } from '../kernels/tensors.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';

/**
 * Entropy and mean attention distance of every head, read a layer at a time.
 * @param letIn is awaited between heads; what it throws ends the reading
 */
export async function readHeadStatistics(
  trace: VisionTrace,
  letIn: () => Promise<void> | void = () => undefined,
): Promise<HeadStatistics> {
  const { layerCount, headCount, tokenCount } = trace;
  const entropy = new Float32Array(layerCount * headCount);
  const distance = new Float32Array(layerCount * headCount);
  const distances = patchDistances(trace.geometry);
  const measure = async (layer: number, first: number, probs: Float32Array): Promise<void> => {
    const size = tokenCount ** 2;
    for (let start = 0; start < probs.length; start += size) {
      const matrix = probs.subarray(start, start + size);
      const at = layer * headCount + first + start / size;
      entropy[at] = meanEntropy(matrix, tokenCount);
      distance[at] = meanDistance(matrix, trace.specialTokens.length, distances);
      if (size > LARGE_MATRIX) await letIn();
    }
  };
  // One layer after the other keeps a single layer's matrices in memory.
  for (let layer = 0; layer < layerCount; layer++) {
    await trace.withAttention(layer, async (probs) => {
      const atOnce = tokenCount ** 2 > LARGE_MATRIX ? 1 : headCount;
      for (let head = 0; head < headCount; head += atOnce) {
        const heads = atOnce === headCount ? probs : takeHeads(probs, head, atOnce);
        try {
          const read = await readFloats(heads);
          await measure(layer, head, read);
          giveBack(read);
        } finally {
          if (heads !== probs) heads.dispose();
        }
      }
    });
    await letIn();
  }
  return { entropy, meanDistance: distance };
}

/** Weights of a head from which on heads are read one by one: a layer's at once would be a copy of all. */
const LARGE_MATRIX = 2 ** 20;
