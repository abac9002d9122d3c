/** The weights of a ViT or DeiT: their names in a checkpoint, and their place on the device. */
import * as tf from '@tensorflow/tfjs-core';

import type { VitConfig } from '../checkpoint/config.ts';
import type { WeightsFile } from '../checkpoint/weights-file.ts';
import type { LayerNorm } from '../kernels/layer-norm.ts';
import type { Linear } from '../kernels/linear.ts';
import {
  type AttentionWeights,
  preferredForm,
  prepareAttention,
} from '../kernels/self-attention.ts';
import { tidy } from '../kernels/tensors.ts';
import { TensorReader } from './tensor-reader.ts';

export interface VitLayerWeights {
  readonly normBefore: LayerNorm;
  readonly attention: AttentionWeights;
  readonly attentionOutput: Linear;
  readonly normAfter: LayerNorm;
  readonly intermediate: Linear;
  readonly output: Linear;
}

export interface VitWeights {
  /** [channel · patchHeight · patchWidth, width] */
  readonly patchProjection: Linear;
  /** [special token, width]: the learnt tokens with their positions added. */
  readonly specialTokens: tf.Tensor2D;
  /** [patch, width] */
  readonly patchPositions: tf.Tensor2D;
  readonly layers: readonly VitLayerWeights[];
  readonly finalNorm: LayerNorm;
  /** The classifiers, each over its special token, in their order. Empty without a head. */
  readonly classifiers: readonly Linear[];
}

export interface LoadedWeights {
  readonly weights: VitWeights;
  /** Numbers in the tensors that the forward pass uses. */
  readonly parameterCount: number;
}

/**
 * Puts a checkpoint's weights on the device, transposed and joined as the forward pass wants them.
 * Tensors that the pass has no use for (a pooler) are not read.
 * @throws HeedFailure `weights-invalid` if a tensor is missing or has another shape than the config
 *   says, `model-unsupported` if it is of another type than F32, F16 or BF16. Nothing stays on the
 *   device then.
 */
export function loadVitWeights(tensors: WeightsFile, config: VitConfig): LoadedWeights {
  const reader = new TensorReader(tensors);
  const weights = tidy(() => readWeights(reader, config));
  return { weights, parameterCount: reader.parameterCount };
}

function readWeights(reader: TensorReader, config: VitConfig): VitWeights {
  const { hiddenSize: width, specialTokens, tokenCount, layerCount, layerNormEpsilon } = config;
  // A model saved without a head has no prefix.
  const prefix = reader.has('embeddings.cls_token') ? '' : `${config.modelType}.`;
  const special = specialTokens.length;
  const tokens = ['cls_token', 'distillation_token']
    .slice(0, special)
    .map((name) => reader.floats(`${prefix}embeddings.${name}`, [1, 1, width]));
  const positions = tf.tensor2d(
    reader.floats(`${prefix}embeddings.position_embeddings`, [1, tokenCount, width]),
    [tokenCount, width],
  );
  const specialPositions = tf.slice2d(positions, [0, 0], [special, width]);
  return {
    patchProjection: readPatchProjection(reader, config, `${prefix}embeddings.patch_embeddings`),
    specialTokens: tf.add(
      tf.concat2d(
        tokens.map((token) => tf.tensor2d(token, [1, width])),
        0,
      ),
      specialPositions,
    ),
    patchPositions: tf.slice2d(positions, [special, 0], [tokenCount - special, width]),
    layers: Array.from({ length: layerCount }, (_, layer) =>
      readLayer(reader, config, `${prefix}encoder.layer.${layer}`),
    ),
    finalNorm: reader.layerNorm(`${prefix}layernorm`, width, layerNormEpsilon),
    classifiers: readClassifiers(reader, config),
  };
}

function readPatchProjection(reader: TensorReader, config: VitConfig, name: string): Linear {
  const { hiddenSize, channelCount, patchHeight, patchWidth } = config;
  const weight = reader.floats(`${name}.projection.weight`, [
    hiddenSize,
    channelCount,
    patchHeight,
    patchWidth,
  ]);
  return {
    weight: tf.transpose(tf.tensor2d(weight, [hiddenSize, weight.length / hiddenSize])),
    bias: reader.vector(`${name}.projection.bias`, hiddenSize),
  };
}

function readLayer(reader: TensorReader, config: VitConfig, name: string): VitLayerWeights {
  const { hiddenSize: width, intermediateSize, qkvBias, headCount, layerNormEpsilon } = config;
  const projection = (part: string): Linear =>
    reader.linear(`${name}.attention.attention.${part}`, width, width, qkvBias);
  return {
    normBefore: reader.layerNorm(`${name}.layernorm_before`, width, layerNormEpsilon),
    attention: prepareAttention(
      {
        query: projection('query'),
        key: projection('key'),
        value: projection('value'),
        headCount,
      },
      preferredForm(),
    ),
    attentionOutput: reader.linear(`${name}.attention.output.dense`, width, width),
    normAfter: reader.layerNorm(`${name}.layernorm_after`, width, layerNormEpsilon),
    intermediate: reader.linear(`${name}.intermediate.dense`, width, intermediateSize),
    output: reader.linear(`${name}.output.dense`, intermediateSize, width),
  };
}

/**
 * One classifier over [CLS], or, for a DeiT with its teacher, one for each special token. They stand
 * beside the model in a checkpoint, without its prefix.
 */
function readClassifiers(reader: TensorReader, config: VitConfig): Linear[] {
  const claims = (suffix: string): boolean =>
    config.architectures.some((name) => name.endsWith(suffix));
  const read = (name: string): Linear =>
    reader.linear(name, config.hiddenSize, config.labels.length);
  const isTaught = claims('ForImageClassificationWithTeacher');
  if (isTaught || reader.has('cls_classifier.weight')) {
    return [read('cls_classifier'), read('distillation_classifier')];
  }
  // Named by the architecture it must be there; a missing head is no headless checkpoint.
  const hasHead = claims('ForImageClassification') || reader.has('classifier.weight');
  return hasHead ? [read('classifier')] : [];
}
