import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import { tidy } from '../../kernels/tensors.ts';
import { readFloats } from '../../read-back.ts';
import type { ModelChanges } from '../attention-changes.ts';
import type { AttentionRows, ForcedOutput } from '../translation-model.ts';
import type { MarianConfig } from './config.ts';
import { tapeDecoder } from './decoder.ts';
import type { CrossCache } from './encoder.ts';
import type { MarianWeights } from './weights.ts';

interface ForcedTensors {
  /** [position, vocabulary] */
  readonly logits: tf.Tensor2D;
  /** For each layer: [head, position, position]. */
  readonly self: readonly tf.Tensor3D[];
  /** For each layer: [head, position, source token]. */
  readonly cross: readonly tf.Tensor3D[];
}

/** The decoder over all positions of a given target at once, each blind to those after it. */
export async function runForced(
  inputs: readonly number[],
  weights: MarianWeights,
  config: MarianConfig,
  cross: readonly CrossCache[],
  changes: ModelChanges | null,
): Promise<ForcedOutput> {
  const tensors = tidy(() => compute(inputs, weights, config, cross, changes));
  try {
    const [logits, self, across] = await Promise.all([
      readFloats(tensors.logits),
      Promise.all(tensors.self.map(readFloats)),
      Promise.all(tensors.cross.map(readFloats)),
    ]);
    const { headCount } = config.decoder;
    const rows = inputs.map((_, position): AttentionRows => ({
      decoder: takeRow(self, headCount, inputs.length, position, position + 1),
      cross: takeRow(across, headCount, inputs.length, position),
    }));
    return { logits, rows };
  } finally {
    tf.dispose([tensors.logits, ...tensors.self, ...tensors.cross]);
  }
}

function compute(
  inputs: readonly number[],
  weights: MarianWeights,
  config: MarianConfig,
  cross: readonly CrossCache[],
  changes: ModelChanges | null,
): ForcedTensors {
  const { layers, output } = tapeDecoder(inputs, weights, config, cross, changes);
  return {
    logits: linear(output, weights.output),
    self: layers.map((layer) => layer.self.probs),
    cross: layers.map((layer) => layer.cross.probs),
  };
}

/** One query's row of every layer and head, the first `keep` of its keys: [layer, head, key]. */
function takeRow(
  layers: readonly Float32Array[],
  headCount: number,
  queryCount: number,
  query: number,
  keep?: number,
): Float32Array {
  const keyCount = (layers[0]?.length ?? 0) / (headCount * queryCount);
  const kept = keep ?? keyCount;
  const rows = new Float32Array(layers.length * headCount * kept);
  for (const [layer, probs] of layers.entries()) {
    for (let head = 0; head < headCount; head += 1) {
      const start = (head * queryCount + query) * keyCount;
      rows.set(probs.subarray(start, start + kept), (layer * headCount + head) * kept);
    }
  }
  return rows;
}
