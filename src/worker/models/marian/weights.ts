/** The weights of a MarianMTModel: their names in a checkpoint, and their place on the device. */
import * as tf from '@tensorflow/tfjs-core';
import type { Precision } from '../../../engine/model-protocol.ts';
import { PackedRows, PackedWeights } from '../../checkpoint/packed-weights.ts';
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
  /** What the encoder's layers are kept in. */
  readonly precision: Precision;
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
 * In fewer bits than 32 the encoder's layers are packed, and embeddings that the output layer does not
 * share: each is used once for a sentence. What every step of decoding uses, the decoder and the output layer, stays on the device
 * in single precision.
 * @throws HeedFailure `weights-invalid` if a tensor is missing or has another shape than the config
 *   says, `model-unsupported` if it is of an unsupported type. Nothing stays on the device then.
 */
export function loadMarianWeights(
  tensors: WeightsFile,
  config: MarianConfig,
  precision: Precision = 'float32',
): { weights: MarianWeights; parameterCount: number } {
  const reader = new TensorReader(tensors);
  const weights = tidy(() => ({
    precision,
    ...readEmbeddings(reader, config, precision),
    // What is read on the way is given up layer by layer.
    encoder: Array.from({ length: config.encoder.layerCount }, (_, layer) => {
      const source = { reader, config, name: `model.encoder.layers.${layer}` };
      return tidy(() =>
        precision === 'float32' ? readEncoderLayer(source) : packLayer(source, tensors, precision),
      );
    }),
    decoder: Array.from({ length: config.decoder.layerCount }, (_, layer) =>
      tidy(() => readDecoderLayer(reader, config, `model.decoder.layers.${layer}`)),
    ),
  }));
  return { weights, parameterCount: reader.parameterCount };
}

function readEmbeddings(
  reader: TensorReader,
  config: MarianConfig,
  precision: Precision,
): Pick<MarianWeights, 'source' | 'target' | 'positions' | 'output' | 'outputTable'> {
  const { width, sourceVocabularySize, targetVocabularySize } = config;
  const name = (side: string): string =>
    config.sharesEmbeddings && reader.has('model.shared.weight')
      ? 'model.shared.weight'
      : `model.${side}.embed_tokens.weight`;
  const outputName = config.tiesOutput ? name('decoder') : 'lm_head.weight';
  // A table that is the output layer's, too, decides between tokens: it is not packed.
  const rows = (tensor: string, size: number): PackedRows => {
    const kept = tensor === outputName ? 'float32' : precision;
    return new PackedRows(reader.floats(tensor, [size, width]), size, kept, tensor);
  };
  const sourceRows = rows(name('encoder'), sourceVocabularySize);
  const targetRows =
    name('decoder') === name('encoder') ? sourceRows : rows(name('decoder'), targetVocabularySize);
  const scale = config.scalesEmbeddings ? Math.sqrt(width) : 1;
  const bias = 'final_logits_bias';
  const targetTable = new EmbeddingTable(targetRows, scale);
  return {
    source: new EmbeddingTable(sourceRows, scale),
    target: targetTable,
    positions: new SinusoidTable(width),
    outputTable: config.tiesOutput
      ? targetTable
      : new EmbeddingTable(rows(outputName, targetVocabularySize), 1),
    output: {
      weight: reader.transposed(outputName, targetVocabularySize, width),
      bias: reader.has(bias) ? tf.tensor1d(reader.floats(bias, [1, targetVocabularySize])) : null,
    },
  };
}

/** Where a layer's tensors are read. */
interface LayerSource {
  readonly reader: TensorReader;
  readonly config: MarianConfig;
  readonly name: string;
}

function readEncoderLayer(source: LayerSource): EncoderLayer {
  return {
    attention: readAttention(source),
    output: readAttentionOutput(source),
    norm: readNorm(source),
    feedForward: readEncoderFeedForward(source),
  };
}

/**
 * A layer whose matrices are expanded anew each time they are asked for. They are whoever's asks,
 * within a tidy.
 */
class PackedLayer implements EncoderLayer {
  readonly norm: LayerNorm;
  /** Norms stay on the device: whoever takes a gradient keeps them. */
  readonly finalNorm: LayerNorm;
  readonly #source: LayerSource;

  constructor(norm: LayerNorm, finalNorm: LayerNorm, source: LayerSource) {
    this.norm = norm;
    this.finalNorm = finalNorm;
    this.#source = source;
  }

  get attention(): AttentionWeights {
    return tidy(() => readAttention(this.#source));
  }

  get output(): Linear {
    return tidy(() => readAttentionOutput(this.#source));
  }

  get feedForward(): FeedForward {
    const { rise, fall } = tidy(() => readLinears(this.#source));
    return { rise, fall, norm: this.finalNorm };
  }
}

/** Reads a layer once, so that it is checked, and keeps what was read packed. */
function packLayer(
  source: LayerSource,
  tensors: WeightsFile,
  precision: Exclude<Precision, 'float32'>,
): EncoderLayer {
  const packed = new PackedWeights(precision);
  const reader = new TensorReader(tensors, packed);
  const { norm, feedForward } = readEncoderLayer({ ...source, reader });
  source.reader.countAlso(reader);
  const expanding = { ...source, reader: new TensorReader(packed) };
  return new PackedLayer(norm, feedForward.norm, expanding);
}

function readAttention({ reader, config, name }: LayerSource): AttentionWeights {
  const { width, encoder } = config;
  const projection = (part: string): Linear =>
    reader.linear(`${name}.self_attn.${part}_proj`, width, width);
  const [query, key, value] = [projection('q'), projection('k'), projection('v')];
  const { headCount } = encoder;
  return prepareAttention({ query, key, value, headCount }, preferredForm());
}

function readAttentionOutput({ reader, config: { width }, name }: LayerSource): Linear {
  return reader.linear(`${name}.self_attn.out_proj`, width, width);
}

function readNorm({ reader, config: { width }, name }: LayerSource): LayerNorm {
  return reader.layerNorm(`${name}.self_attn_layer_norm`, width, EPSILON);
}

function readLinears({ reader, config, name }: LayerSource): Pick<FeedForward, 'rise' | 'fall'> {
  return readFeedForwardLinears(reader, config.width, config.encoder, name);
}

function readEncoderFeedForward({ reader, config, name }: LayerSource): FeedForward {
  return readFeedForward(reader, config.width, config.encoder, name);
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
  stack: StackConfig,
  name: string,
): FeedForward {
  return {
    ...readFeedForwardLinears(reader, width, stack, name),
    norm: reader.layerNorm(`${name}.final_layer_norm`, width, EPSILON),
  };
}

function readFeedForwardLinears(
  reader: TensorReader,
  width: number,
  { feedForwardWidth }: StackConfig,
  name: string,
): Pick<FeedForward, 'rise' | 'fall'> {
  return {
    rise: reader.linear(`${name}.fc1`, width, feedForwardWidth),
    fall: reader.linear(`${name}.fc2`, feedForwardWidth, width),
  };
}
