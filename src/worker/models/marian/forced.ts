import * as tf from '@tensorflow/tfjs-core';
import { linear } from '../../kernels/linear.ts';
import { tidy } from '../../kernels/tensors.ts';
import { sinusoids } from '../embedding-table.ts';
import type { AttentionRows, ForcedOutput } from '../translation-model.ts';
import { readFloats } from '../../read-back.ts';
import type { MarianConfig } from './config.ts';
import type { CrossCache } from './encoder.ts';
import { addAndNormalise, feedForward, joinHeads, splitHeads } from './layers.ts';
import type { DecoderAttention, MarianWeights } from './weights.ts';

const MASKED = -1e9;

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
): Promise<ForcedOutput> {
  const tensors = tidy(() => compute(inputs, weights, config, cross));
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
  { width, activation, decoder }: MarianConfig,
  cross: readonly CrossCache[],
): ForcedTensors {
  const count = inputs.length;
  const attend = (
    x: tf.Tensor2D,
    { query }: DecoderAttention,
    source: CrossCache,
    mask?: tf.Tensor2D,
  ) => {
    const queries = splitHeads(linear(x, query), decoder.headCount);
    const scores = tf.matMul<tf.Tensor3D>(queries, source.keys, false, true);
    const probs = tf.softmax<tf.Tensor3D>(mask === undefined ? scores : tf.add(scores, mask));
    return { probs, context: joinHeads(tf.matMul<tf.Tensor3D>(probs, source.values)) };
  };
  const mask = causalMask(count);
  let x = tf.tensor2d(weights.target.read(inputs, sinusoids(0, count, width)), [count, width]);
  const selfProbs: tf.Tensor3D[] = [];
  const crossProbs: tf.Tensor3D[] = [];
  for (const [index, layer] of weights.decoder.entries()) {
    const own: CrossCache = {
      keys: splitHeads(linear(x, layer.self.key), decoder.headCount),
      values: splitHeads(linear(x, layer.self.value), decoder.headCount),
    };
    const self = attend(x, layer.self, own, mask);
    x = addAndNormalise(x, linear(self.context, layer.self.output), layer.self.norm);
    const source = cross[index];
    if (source === undefined) throw new RangeError(`no layer ${index}`);
    const across = attend(x, layer.cross, source);
    x = addAndNormalise(x, linear(across.context, layer.cross.output), layer.cross.norm);
    x = feedForward(x, layer.feedForward, activation);
    selfProbs.push(self.probs);
    crossProbs.push(across.probs);
  }
  return { logits: linear(x, weights.output), self: selfProbs, cross: crossProbs };
}

function causalMask(count: number): tf.Tensor2D {
  const mask = new Float32Array(count * count);
  for (let row = 0; row < count; row += 1)
    mask.fill(MASKED, row * count + row + 1, (row + 1) * count);
  return tf.tensor2d(mask, [count, count]);
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
