/** The weights of a ViT or DeiT: their names in a checkpoint, and their place on the device. */
import * as tf from '@tensorflow/tfjs-core';

import type { VitConfig } from '../checkpoint/config.ts';
import type { Safetensors } from '../checkpoint/safetensors.ts';
import type { LayerNorm } from '../kernels/layer-norm.ts';
import type { Linear } from '../kernels/linear.ts';
import {
  type AttentionWeights,
  preferredForm,
  prepareAttention,
} from '../kernels/self-attention.ts';
import { tidy } from '../kernels/tensors.ts';

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
export function loadVitWeights(tensors: Safetensors, config: VitConfig): LoadedWeights {
  const reader = new WeightReader(tensors, config);
  const weights = tidy(() => readWeights(reader, config));
  return { weights, parameterCount: reader.parameterCount };
}

function readWeights(reader: WeightReader, config: VitConfig): VitWeights {
  const { hiddenSize: width, specialTokens, tokenCount, layerCount } = config;
  const special = specialTokens.length;
  const tokens = tf.concat2d(
    ['cls_token', 'distillation_token']
      .slice(0, special)
      .map((name) => reader.matrix(`embeddings.${name}`, [1, 1, width], [1, width])),
    0,
  );
  const positions = reader.matrix(
    'embeddings.position_embeddings',
    [1, tokenCount, width],
    [tokenCount, width],
  );
  return {
    patchProjection: readPatchProjection(reader, config),
    specialTokens: tf.add(tokens, tf.slice2d(positions, [0, 0], [special, width])),
    patchPositions: tf.slice2d(positions, [special, 0], [tokenCount - special, width]),
    layers: Array.from({ length: layerCount }, (_, layer) => readLayer(reader, config, layer)),
    finalNorm: reader.layerNorm('layernorm'),
    classifiers: readClassifiers(reader, config),
  };
}

function readPatchProjection(reader: WeightReader, config: VitConfig): Linear {
  const { hiddenSize, channelCount, patchHeight, patchWidth } = config;
  const name = 'embeddings.patch_embeddings.projection';
  const weight = reader.matrix(
    `${name}.weight`,
    [hiddenSize, channelCount, patchHeight, patchWidth],
    [hiddenSize, channelCount * patchHeight * patchWidth],
  );
  return { weight: tf.transpose(weight), bias: reader.vector(`${name}.bias`, hiddenSize) };
}

function readLayer(reader: WeightReader, config: VitConfig, layer: number): VitLayerWeights {
  const { hiddenSize: width, intermediateSize, qkvBias, headCount } = config;
  const name = (part: string): string => `encoder.layer.${layer}.${part}`;
  const projection = (part: string): Linear =>
    reader.linear(name(`attention.attention.${part}`), width, width, qkvBias);
  return {
    normBefore: reader.layerNorm(name('layernorm_before')),
    attention: prepareAttention(
      {
        query: projection('query'),
        key: projection('key'),
        value: projection('value'),
        headCount,
      },
      preferredForm(),
    ),
    attentionOutput: reader.linear(name('attention.output.dense'), width, width),
    normAfter: reader.layerNorm(name('layernorm_after')),
    intermediate: reader.linear(name('intermediate.dense'), width, intermediateSize),
    output: reader.linear(name('output.dense'), intermediateSize, width),
  };
}

/** One classifier over [CLS], or, for a DeiT with its teacher, one for each special token. */
function readClassifiers(reader: WeightReader, config: VitConfig): Linear[] {
  const claims = (suffix: string): boolean =>
    config.architectures.some((name) => name.endsWith(suffix));
  const isTaught = claims('ForImageClassificationWithTeacher');
  if (isTaught || reader.has('cls_classifier.weight')) {
    return ['cls_classifier', 'distillation_classifier'].map((name) => reader.classifier(name));
  }
  // Named by the architecture it must be there; a missing head is no headless checkpoint.
  const hasHead = claims('ForImageClassification') || reader.has('classifier.weight');
  return hasHead ? [reader.classifier('classifier')] : [];
}

/** Reads tensors under the prefix that the checkpoint has, and counts what it read. */
class WeightReader {
  parameterCount = 0;
  readonly #tensors: Safetensors;
  readonly #config: VitConfig;
  /** A model saved without a head has no prefix. */
  readonly #prefix: string;

  constructor(tensors: Safetensors, config: VitConfig) {
    this.#tensors = tensors;
    this.#config = config;
    this.#prefix = tensors.has('embeddings.cls_token') ? '' : `${config.modelType}.`;
  }

  has(fullName: string): boolean {
    return this.#tensors.has(fullName);
  }

  matrix(name: string, stored: readonly number[], shape: [number, number]): tf.Tensor2D {
    return tf.tensor2d(this.#floats(this.#prefix + name, stored), shape);
  }

  vector(name: string, length: number): tf.Tensor1D {
    return tf.tensor1d(this.#floats(this.#prefix + name, [length]));
  }

  linear(name: string, inputSize: number, outputSize: number, hasBias = true): Linear {
    const weight = this.matrix(`${name}.weight`, [outputSize, inputSize], [outputSize, inputSize]);
    return {
      weight: tf.transpose(weight),
      bias: hasBias ? this.vector(`${name}.bias`, outputSize) : null,
    };
  }

  layerNorm(name: string): LayerNorm {
    const { hiddenSize, layerNormEpsilon } = this.#config;
    return {
      scale: this.vector(`${name}.weight`, hiddenSize),
      shift: this.vector(`${name}.bias`, hiddenSize),
      epsilon: layerNormEpsilon,
    };
  }

  /** Classifiers stand beside the model in a checkpoint, without its prefix. */
  classifier(name: string): Linear {
    const shape: [number, number] = [this.#config.labels.length, this.#config.hiddenSize];
    return {
      weight: tf.transpose(tf.tensor2d(this.#floats(`${name}.weight`, shape), shape)),
      bias: tf.tensor1d(this.#floats(`${name}.bias`, [shape[0]])),
    };
  }

  #floats(fullName: string, shape: readonly number[]): Float32Array {
    const values = this.#tensors.floats(fullName, shape);
    this.parameterCount += values.length;
    return values;
  }
}
