/** Times a ViT's block, in one call, beside one matrix product alone on the same rows. */
import * as tf from '@tensorflow/tfjs-core';
import type { Linear } from '../../../src/worker/kernels/linear.ts';
import { prepareAttention } from '../../../src/worker/kernels/self-attention.ts';
import { dispose } from '../../../src/worker/kernels/tensors.ts';
import { runLayer } from '../../../src/worker/models/vit-layer.ts';
import type { VitLayerWeights } from '../../../src/worker/models/vit-weights.ts';
import type { LayerSize } from './kernels.d.ts';

interface LayerSamples {
  /** Milliseconds of a block. */
  readonly layer: number[];
  /** Milliseconds of the first product of its MLP, alone. */
  readonly alone: number[];
}

function matrix(rows: number, columns: number): tf.Tensor2D {
  return tf.randomNormal<tf.Rank.R2>([rows, columns], 0, rows ** -0.5, 'float32', columns);
}

function linear(from: number, to: number): Linear {
  return { weight: matrix(from, to), bias: tf.zeros<tf.Rank.R1>([to]) };
}

function randomLayer({ width, headCount }: LayerSize): VitLayerWeights {
  const norm = () => ({
    scale: tf.ones<tf.Rank.R1>([width]),
    shift: tf.zeros<tf.Rank.R1>([width]),
    epsilon: 1e-6,
  });
  const [query, key, value] = [linear(width, width), linear(width, width), linear(width, width)];
  const attention = prepareAttention({ query, key, value, headCount }, 'batched');
  dispose([query, key, value]);
  return {
    normBefore: norm(),
    attention,
    attentionOutput: linear(width, width),
    normAfter: norm(),
    intermediate: linear(width, 4 * width),
    output: linear(4 * width, width),
  };
}

/** Milliseconds of one of several repeats. */
function timed(work: () => unknown): number {
  const repeats = 5;
  const begin = performance.now();
  for (let repeat = 0; repeat < repeats; repeat += 1) dispose(work());
  return (performance.now() - begin) / repeats;
}

/** @param rounds how often both are timed, in turns */
export function sampleLayer(size: LayerSize, rounds: number): LayerSamples {
  const layer = randomLayer(size);
  const hidden = tf.randomNormal<tf.Rank.R2>([size.tokenCount, size.width], 0, 1, 'float32', 7);
  const samples: LayerSamples = { layer: [], alone: [] };
  const warmUpCount = 10;
  for (let round = -warmUpCount; round < rounds; round += 1) {
    const ofLayer = timed(() => runLayer(hidden, layer, 'gelu', null));
    const alone = timed(() => tf.matMul(hidden, layer.intermediate.weight));
    if (round < 0) continue;
    samples.layer.push(ofLayer);
    samples.alone.push(alone);
  }
  dispose([layer, hidden]);
  return samples;
}
