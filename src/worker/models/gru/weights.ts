/** The weights of a `heed-gru` checkpoint: their names, and their place on the device. */
import * as tf from '@tensorflow/tfjs-core';
import type { Precision } from '../../../engine/model-protocol.ts';
import { PackedRows } from '../../checkpoint/packed-weights.ts';
import type { WeightsFile } from '../../checkpoint/weights-file.ts';
import type { Linear } from '../../kernels/linear.ts';
import { tidy } from '../../kernels/tensors.ts';
import { EmbeddingTable } from '../embedding-table.ts';
import { TensorReader } from '../tensor-reader.ts';
import { readCell, type GruCell } from './cell.ts';
import type { GruConfig } from './config.ts';

export interface EncoderLayer {
  readonly forward: GruCell;
  readonly backward: GruCell;
}

export interface GruWeights {
  readonly embeddings: EmbeddingTable;
  readonly encoder: readonly EncoderLayer[];
  /** The encoder's last backward state to the decoder's first. */
  readonly initial: Linear;
  readonly attention: { readonly query: Linear; readonly key: Linear; readonly score: tf.Tensor2D };
  readonly cell: GruCell;
  /** [state; embedding; context] to the embedding's width. */
  readonly readout: Linear;
  readonly output: Linear;
}

/**
 * In fewer bits than 32 the table of embeddings is packed; every step uses all else.
 * @throws HeedFailure `weights-invalid` if a tensor is missing or has another shape than the config
 *   says, `model-unsupported` if it is of an unsupported type. Nothing stays on the device then.
 */
export function loadGruWeights(
  tensors: WeightsFile,
  config: GruConfig,
  precision: Precision = 'float32',
): { weights: GruWeights; parameterCount: number } {
  const reader = new TensorReader(tensors);
  const weights = tidy(() => readWeights(reader, config, precision));
  return { weights, parameterCount: reader.parameterCount };
}

function readWeights(reader: TensorReader, config: GruConfig, precision: Precision): GruWeights {
  const { vocabularySize, embeddingSize, decoderSize, attentionSize } = config;
  const annotationSize = 2 * config.encoderSize;
  const shared = 'shared.weight';
  const values = reader.floats(shared, [vocabularySize, embeddingSize]);
  const rows = new PackedRows(values, vocabularySize, precision, shared);
  return {
    embeddings: new EmbeddingTable(rows, Math.sqrt(embeddingSize)),
    encoder: Array.from({ length: config.encoderLayerCount }, (_, layer) => {
      const inSize = layer === 0 ? embeddingSize : annotationSize;
      const cell = (suffix: string): GruCell =>
        readCell(reader, encoderNames(`l${layer}${suffix}`), inSize, config.encoderSize);
      return { forward: cell(''), backward: cell('_reverse') };
    }),
    initial: reader.linear('decoder.initial', config.encoderSize, decoderSize),
    attention: {
      query: reader.linear(
        'decoder.attention.query',
        decoderSize + embeddingSize,
        attentionSize,
        false,
      ),
      key: reader.linear('decoder.attention.key', annotationSize, attentionSize),
      score: reader.transposed('decoder.attention.score.weight', 1, attentionSize),
    },
    cell: readCell(
      reader,
      {
        weightIh: 'decoder.gru.weight_ih',
        weightHh: 'decoder.gru.weight_hh',
        biasIh: 'decoder.gru.bias_ih',
        biasHh: 'decoder.gru.bias_hh',
      },
      embeddingSize + annotationSize,
      decoderSize,
    ),
    readout: reader.linear(
      'decoder.readout',
      decoderSize + embeddingSize + annotationSize,
      embeddingSize,
    ),
    output: {
      weight: reader.transposed(shared, vocabularySize, embeddingSize),
      bias: tf.tensor1d(reader.floats('final_logits_bias', [1, vocabularySize])),
    },
  };
}

function encoderNames(suffix: string) {
  const name = (part: string): string => `encoder.gru.${part}_${suffix}`;
  return {
    weightIh: name('weight_ih'),
    weightHh: name('weight_hh'),
    biasIh: name('bias_ih'),
    biasHh: name('bias_hh'),
  };
}
