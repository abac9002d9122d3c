import type { HeadStatistics } from '../../engine/protocol.ts';
import { meanEntropy } from '../../math/entropy.ts';
import { meanDistance, patchDistances } from '../../math/mean-distance.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';

/**
 * Entropy and mean attention distance of every head, read a layer at a time.
 * @param betweenLayers is awaited after each layer; what it throws ends the reading
 */
export async function readHeadStatistics(
  trace: VisionTrace,
  betweenLayers: () => Promise<void> | void = () => undefined,
): Promise<HeadStatistics> {
  const { layerCount, headCount, tokenCount } = trace;
  const entropy = new Float32Array(layerCount * headCount);
  const distance = new Float32Array(layerCount * headCount);
  const distances = patchDistances(trace.geometry);
  for (let layer = 0; layer < layerCount; layer++) {
    // One layer after the other keeps a single layer's matrices in memory.
    const probs = await readFloats(trace.layer(layer));
    for (let head = 0; head < headCount; head++) {
      const size = tokenCount ** 2;
      const matrix = probs.subarray(head * size, (head + 1) * size);
      entropy[layer * headCount + head] = meanEntropy(matrix, tokenCount);
      distance[layer * headCount + head] = meanDistance(
        matrix,
        trace.specialTokens.length,
        distances,
      );
    }
    await betweenLayers();
  }
  return { entropy, meanDistance: distance };
}
