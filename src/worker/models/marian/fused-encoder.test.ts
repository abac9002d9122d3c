import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { useNodeBackend } from '../../../../e2e/harness/node-backends.ts';
import { startNodeKernels } from '../../../../e2e/harness/node-kernels.ts';
import { BOUNDS } from '../../../../e2e/harness/parity.ts';
import type { WeightsFile } from '../../checkpoint/weights-file.ts';
import { dispose } from '../../kernels/tensors.ts';
import type { KernelRunner } from '../../kernels/wasm/kernel-runner.ts';
import {
  type WasmKernels,
  attachKernels,
  withoutKernels,
} from '../../kernels/wasm/wasm-kernels.ts';
import { type MarianConfig, parseMarianConfig } from './config.ts';
import { type EncoderOutput, runEncoder } from './encoder.ts';
import { FusedEncoder } from './fused-encoder.ts';
import { compileChanges } from '../attention-changes.ts';
import { noChanges } from '../../../engine/what-if-protocol.ts';
import { MarianModel } from './marian.ts';
import { loadMarianWeights, type MarianWeights } from './weights.ts';

const VOCABULARY = 40;

interface Shape {
  readonly width: number;
  readonly headCount: number;
  readonly acrossHeadCount?: number;
  readonly inner: number;
  readonly layerCount?: number;
  readonly activation?: string;
}

const configText = ({
  width,
  headCount,
  acrossHeadCount = headCount,
  inner,
  layerCount = 2,
  activation = 'relu',
}: Shape): string =>
  JSON.stringify({
    model_type: 'marian',
    vocab_size: VOCABULARY,
    d_model: width,
    max_position_embeddings: 512,
    activation_function: activation,
    encoder_layers: layerCount,
    encoder_attention_heads: headCount,
    encoder_ffn_dim: inner,
    decoder_layers: 2,
    decoder_attention_heads: acrossHeadCount,
    decoder_ffn_dim: 8,
  });

/** Any numbers, the same each time, small enough that attention is neither even nor one-sided. */
function randomWeights(): WeightsFile {
  let seed = 1;
  const next = (): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647 - 0.5;
  };
  return {
    names: [],
    has: (name) => name !== 'final_logits_bias',
    shape: () => [],
    floats: (name, shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const isScale = name.endsWith('norm.weight');
      const spread = shape.length > 1 ? 4 / Math.sqrt(shape.at(-1) ?? 1) : 0.5;
      return Float32Array.from({ length: size }, () => (isScale ? 1 : 0) + spread * next());
    },
  };
}

let kernels: WasmKernels;

beforeAll(async () => {
  await useNodeBackend('wasm');
  kernels = startNodeKernels();
});

function largestDifference(a: tf.Tensor, b: tf.Tensor): number {
  expect(a.shape).toEqual(b.shape);
  const others = b.dataSync();
  return Float32Array.from(a.dataSync()).reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (others[index] ?? NaN))),
    0,
  );
}

function expectSame(fused: EncoderOutput, plain: EncoderOutput): void {
  expect(fused.attention).toHaveLength(plain.attention.length);
  for (const [layer, probs] of plain.attention.entries())
    expect(largestDifference(fused.attention[layer] ?? probs, probs)).toBeLessThan(
      BOUNDS.attention / 10,
    );
  expect(fused.cross).toHaveLength(plain.cross.length);
  for (const [layer, { keys, values }] of plain.cross.entries()) {
    const own = fused.cross[layer];
    expect(own).toBeDefined();
    expect(largestDifference(own?.keys ?? values, keys)).toBeLessThan(1e-4);
    expect(largestDifference(own?.values ?? keys, values)).toBeLessThan(1e-4);
  }
  const [first] = fused.cross;
  expect(first?.keys.dataSync()).not.toEqual(first?.values.dataSync());
}

function makeFused(weights: MarianWeights, config: MarianConfig): FusedEncoder {
  const fused = FusedEncoder.make(kernels, weights, config);
  if (fused === null) throw new Error('The encoder was left to plain operations.');
  return fused;
}

/** Reads sentences of so many tokens by the kernel and by plain operations, and expects the same. */
function compare(
  shape: Shape,
  tokenCounts: readonly number[],
  change: (weights: MarianWeights) => MarianWeights = (weights) => weights,
): void {
  const config = parseMarianConfig(configText(shape));
  const loaded = loadMarianWeights(randomWeights(), config).weights;
  const weights = change(loaded);
  const fused = makeFused(weights, config);
  for (const count of tokenCounts) {
    const ids = Array.from({ length: count }, (_, index) => (7 * index + 3) % VOCABULARY);
    const before = tf.memory().numTensors;
    const output = fused.run(ids);
    const plain = withoutKernels(kernels.backend, () => runEncoder(ids, weights, config, null));
    expectSame(output, plain);
    dispose([output, plain]);
    expect(tf.memory().numTensors).toBe(before);
  }
  fused.dispose();
  dispose(loaded);
}

const bare = <T extends { readonly bias: tf.Tensor1D | null }>(linear: T): T => ({
  ...linear,
  bias: null,
});

describe('an encoder in one call', () => {
  it.each<[Shape, readonly number[]]>([
    [{ width: 32, headCount: 4, inner: 64 }, [1, 2, 5, 6, 7, 13, 25]],
    [{ width: 64, headCount: 8, inner: 40 }, [49, 121, 130]],
    // Heads that are no whole panels, that lie across two, and that are more than one.
    [{ width: 12, headCount: 1, inner: 30 }, [1, 9]],
    [{ width: 15, headCount: 3, inner: 7 }, [1, 3, 11]],
    [{ width: 9, headCount: 9, inner: 5 }, [8]],
    [{ width: 36, headCount: 3, acrossHeadCount: 4, inner: 20 }, [10]],
    [{ width: 24, headCount: 2, acrossHeadCount: 3, inner: 24 }, [17]],
    // More than is multiplied at once.
    [{ width: 528, headCount: 4, inner: 1030, layerCount: 1 }, [3, 125]],
    // More layers than one call has phases for.
    [{ width: 16, headCount: 2, inner: 16, layerCount: 35 }, [4]],
  ])('is the plain operations’: %o', (shape, tokenCounts) => {
    compare(shape, tokenCounts);
  });

  it.each(['relu', 'swish', 'silu', 'gelu', 'gelu_new'])('activates by %s', (activation) => {
    compare({ width: 20, headCount: 2, inner: 27, activation }, [6, 19]);
  });

  it('does without biases', () => {
    compare({ width: 24, headCount: 3, inner: 31 }, [1, 14], (weights) => ({
      ...weights,
      encoder: weights.encoder.map(({ attention, output, norm, feedForward }) => ({
        attention:
          attention.form === 'batched' ? { ...attention, all: bare(attention.all) } : attention,
        output: bare(output),
        norm,
        feedForward: {
          rise: bare(feedForward.rise),
          fall: bare(feedForward.fall),
          norm: feedForward.norm,
        },
      })),
      decoder: weights.decoder.map((layer) => ({
        ...layer,
        cross: { ...layer.cross, key: bare(layer.cross.key), value: bare(layer.cross.value) },
      })),
    }));
  });

  it('passes over rows that a rectifier leaves nothing of', () => {
    compare({ width: 40, headCount: 5, inner: 18, layerCount: 1 }, [4], (weights) => ({
      ...weights,
      encoder: weights.encoder.map((layer) => {
        const { rise } = layer.feedForward;
        const bias = tf.tensor1d(Float32Array.from({ length: 18 }, () => -1000));
        return { ...layer, feedForward: { ...layer.feedForward, rise: { ...rise, bias } } };
      }),
    }));
  });

  it.each([2, 4])('is the same when %i threads come one after the other', (threadCount) => {
    const { runner } = kernels;
    const late: KernelRunner = {
      threadCount,
      run: (...call) => runner.run(...call),
      dispose: () => {},
    };
    kernels = attachKernels(kernels.backend, late);
    try {
      compare({ width: 40, headCount: 5, inner: 70 }, [1, 23]);
    } finally {
      kernels = attachKernels(kernels.backend, runner);
    }
  });
});

describe('an encoder', () => {
  const shape = { width: 16, headCount: 2, inner: 24 };
  const config = parseMarianConfig(configText(shape));
  const ids = [5, 9, 12, 0];

  it('takes no more memory with each sentence', () => {
    const model = MarianModel.load(configText(shape), randomWeights());
    model.encode(ids).dispose();
    const before = tf.memory();
    for (let round = 0; round < 3; round += 1) model.encode(ids).dispose();
    expect(tf.memory().numTensors).toBe(before.numTensors);
    const kept = kernels.factors.keptBytes;
    expect(kept).toBeGreaterThan(0);
    model.dispose();
    expect(kernels.factors.keptBytes).toBeLessThan(kept);
  });

  it.each(['float16', 'int8'] as const)(
    'with weights kept as %s is left to plain operations',
    (precision) => {
      const { weights } = loadMarianWeights(randomWeights(), config, precision);
      expect(FusedEncoder.make(kernels, weights, config)).toBeNull();
      dispose(weights);
    },
  );

  it('with changed attention is left to plain operations', async () => {
    const model = MarianModel.load(configText(shape), randomWeights());
    const read = async (stack: 'encoder' | 'cross'): Promise<Float32Array> => {
      const heads = [
        { stack, layer: 1, head: 1, scale: 1, replacement: { kind: 'uniform' } },
      ] as const;
      const changes = await compileChanges({ ...noChanges, heads }, model.shape, ids.length, () =>
        Promise.reject(new Error('There is no other run.')),
      );
      const encoded = model.encode(ids, changes);
      const probs = await encoded.readAttention(1);
      encoded.dispose();
      return probs.subarray(ids.length ** 2);
    };
    const even = ids.flatMap(() => ids.map(() => 1 / ids.length));
    expect([...(await read('encoder'))]).toEqual(even);
    expect([...(await read('cross'))]).not.toEqual(even);
    model.dispose();
  });
});
