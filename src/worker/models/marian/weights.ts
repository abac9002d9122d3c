/** The weights of a MarianMTModel: their names in a checkpoint, and their place on the device. */
import * as tf from '@tensorflow/tfjs-core';
import type { WeightsFile } from '../../checkpoint/weights-file.ts';
import type { LayerNorm } from '../../kernels/layer-norm.ts';
import type { Linear } from '../../kernels/linear.ts';
import {
  preferredForm,
  prepareAttention,
  type AttentionWeights,
} from '../../kernels/self-attention.ts';
import { tidy } from '../../kernels/tensors.ts';
import { EmbeddingTable, SinusoidTable } from '../embedding-table.ts';
import { TensorReader } from '../tensor-reader.ts';
import type { MarianConfig, StackConfig } from './config.ts';

const EPSILON = 1e-5;

export interface FeedForward {
  readonly rise: Linear;
  readonly fall: Linear;
  readonly norm: LayerNorm;
}

/** Attention of a decoder, heads side by side. Queries are scaled by 1/√headSize already. */
export interface DecoderAttention {
  readonly query: Linear & { readonly factor: number };
  readonly key: Linear;
  readonly value: Linear;
  readonly output: Linear;
  readonly norm: LayerNorm;
}

export interface EncoderLayer {
  readonly attention: AttentionWeights;
  readonly output: Linear;
  readonly norm: LayerNorm;
  readonly feedForward: FeedForward;
}

export interface DecoderLayer {
  readonly self: DecoderAttention;
  readonly cross: DecoderAttention;
  readonly feedForward: FeedForward;
}

export interface MarianWeights {
  readonly source: EmbeddingTable;
  readonly target: EmbeddingTable;
  readonly positions: SinusoidTable;
  readonly encoder: readonly EncoderLayer[];
  readonly decoder: readonly DecoderLayer[];
  /** States to logits. */
  readonly output: Linear;
  /** The same weights on this side of the device: a row for each token. */
  readonly outputTable: EmbeddingTable;
}

/**
 * @throws HeedFailure `weights-invalid` if a tensor is missing or has another shape than the config
 *   says, `model-unsupported` if it is of an unsupported type. Nothing stays on the device then.
 */
export function loadMarianWeights(
  tensors: WeightsFile,
  config: MarianConfig,
): { weights: MarianWeights; parameterCount: number } {
  const reader = new TensorReader(tensors);
  const weights = tidy(() => ({
    ...readEmbeddings(reader, config),
    encoder: Array.from({ length: config.encoder.layerCount }, (_, layer) =>
      readEncoderLayer(reader, config, `model.encoder.layers.${layer}`),
    ),
    decoder: Array.from({ length: config.decoder.layerCount }, (_, layer) =>
      readDecoderLayer(reader, config, `model.decoder.layers.${layer}`),
    ),
  }));
  return { weights, parameterCount: reader.parameterCount };
}

function readEmbeddings(
  reader: TensorReader,
  config: MarianConfig,
): Pick<MarianWeights, 'source' | 'target' | 'positions' | 'output' | 'outputTable'> {
  const { width, sourceVocabularySize, targetVocabularySize } = config;
  const name = (side: string): string =>
    config.sharesEmbeddings && reader.has('model.shared.weight')
      ? 'model.shared.weight'
      : `model.${side}.embed_tokens.weight`;
  const source = reader.floats(name('encoder'), [sourceVocabularySize, width]);
  const target =
    name('decoder') === name('encoder')
      ? source
      : reader.floats(name('decoder'), [targetVocabularySize, width]);
  const outputName = config.tiesOutput ? name('decoder') : 'lm_head.weight';
  const scale = config.scalesEmbeddings ? Math.sqrt(width) : 1;
  const bias = 'final_logits_bias';
  const targetTable = new EmbeddingTable(target, width, scale);
  return {
    source: new EmbeddingTable(source, width, scale),
    target: targetTable,
    positions: new SinusoidTable(width),
    outputTable: config.tiesOutput
      ? targetTable
      : new EmbeddingTable(reader.floats(outputName, [targetVocabularySize, width]), width, 1),
    output: {
      weight: reader.transposed(outputName, targetVocabularySize, width),
      bias: reader.has(bias) ? tf.tensor1d(reader.floats(bias, [1, targetVocabularySize])) : null,
    },
  };
}

function readEncoderLayer(reader: TensorReader, config: MarianConfig, name: string): EncoderLayer {
  const { width, encoder } = config;
  const projection = (part: string): Linear =>
    reader.linear(`${name}.self_attn.${part}_proj`, width, width);
  return {
    attention: prepareAttention(
      {
        query: projection('q'),
        key: projection('k'),
        value: projection('v'),
        headCount: encoder.headCount,
      },
      preferredForm(),
    ),
    output: projection('out'),
    norm: reader.layerNorm(`${name}.self_attn_layer_norm`, width, EPSILON),
    feedForward: readFeedForward(reader, width, encoder, name),
  };
}

function readDecoderLayer(reader: TensorReader, config: MarianConfig, name: string): DecoderLayer {
  const { width, decoder } = config;
  return {
    self: readDecoderAttention(reader, width, decoder, `${name}.self_attn`),
    cross: readDecoderAttention(reader, width, decoder, `${name}.encoder_attn`),
    feedForward: readFeedForward(reader, width, decoder, name),
  };
}

function readDecoderAttention(
  reader: TensorReader,
  width: number,
  { headCount }: StackConfig,
  name: string,
): DecoderAttention {
  const factor = 1 / Math.sqrt(width / headCount);
  const { weight, bias } = reader.linear(`${name}.q_proj`, width, width);
  return {
    query: {
      factor,
      weight: tf.mul<tf.Tensor2D>(weight, factor),
      bias: bias === null ? null : tf.mul<tf.Tensor1D>(bias, factor),
    },
    key: reader.linear(`${name}.k_proj`, width, width),
    value: reader.linear(`${name}.v_proj`, width, width),
    output: reader.linear(`${name}.out_proj`, width, width),
    norm: reader.layerNorm(`${name}_layer_norm`, width, EPSILON),
  };
}

function readFeedForward(
  reader: TensorReader,
  width: number,
  { feedForwardWidth }: StackConfig,
  name: string,
): FeedForward {
  return {
    rise: reader.linear(`${name}.fc1`, width, feedForwardWidth),
    fall: reader.linear(`${name}.fc2`, feedForwardWidth, width),
    norm: reader.layerNorm(`${name}.final_layer_norm`, width, EPSILON),
  };
}
