/** The weights of a model of the ViT family: their place on the device. */
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
import { fitPositions } from './fit-positions.ts';
import { TensorReader } from './tensor-reader.ts';
import { layerNames, type LayerNames } from './vit-names.ts';

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
  /** Whether the one classifier reads [CLS] and the mean of the patches side by side. */
  readonly readsPatches: boolean;
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
  const { hiddenSize: width, layerCount, layerNormEpsilon } = config;
  // A model saved without a head has no prefix; a masked autoencoder's encoder is a ViT.
  const { modelType } = config;
  const name = modelType === 'vit_mae' ? 'vit' : modelType;
  const prefix = reader.has('embeddings.cls_token') ? '' : `${name}.`;
  const names = layerNames(config);
  const tokens = readTokens(reader, config, `${prefix}embeddings`);
  return {
    ...tokens,
    patchProjection: readPatchProjection(reader, config, `${prefix}embeddings.patch_embeddings`),
    layers: Array.from({ length: layerCount }, (_, layer) =>
      readLayer(reader, config, `${prefix}encoder.layer.${layer}`, names),
    ),
    finalNorm: reader.layerNorm(`${prefix}layernorm`, width, layerNormEpsilon),
    classifiers: readClassifiers(reader, config),
    readsPatches: config.takesAnySize,
  };
}

/** The learnt tokens and positions. Registers have no position. */
function readTokens(
  reader: TensorReader,
  config: VitConfig,
  name: string,
): Pick<VitWeights, 'specialTokens' | 'patchPositions'> {
  const { hiddenSize: width, positionGrid, registerCount, specialTokens, imageWidth } = config;
  const placed = specialTokens.length - registerCount;
  const tokens = ['cls_token', 'distillation_token']
    .slice(0, placed)
    .map((token) => tf.tensor2d(reader.floats(`${name}.${token}`, [1, 1, width]), [1, width]));
  const storedCount = placed + positionGrid.columns * positionGrid.rows;
  const stored = reader.floats(`${name}.position_embeddings`, [1, storedCount, width]);
  const positions = tf.tensor2d(stored.subarray(0, placed * width), [placed, width]);
  const special = tf.add<tf.Tensor2D>(tf.concat2d(tokens, 0), positions);
  const registers = registerCount === 0 ? null : readRegisters(reader, config, name);
  const grid = {
    columns: imageWidth / config.patchWidth,
    rows: config.imageHeight / config.patchHeight,
  };
  const ofPatches = stored.subarray(placed * width);
  const fitted = config.takesAnySize
    ? fitPositions(ofPatches, positionGrid, grid, width, config.modelType !== 'dinov2')
    : ofPatches;
  return {
    specialTokens: registers === null ? special : tf.concat2d([special, registers], 0),
    patchPositions: tf.tensor2d(fitted, [fitted.length / width, width]),
  };
}

function readRegisters(
  reader: TensorReader,
  { registerCount, hiddenSize: width }: VitConfig,
  name: string,
): tf.Tensor2D {
  const values = reader.floats(`${name}.register_tokens`, [1, registerCount, width]);
  return tf.tensor2d(values, [registerCount, width]);
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

function readLayer(
  reader: TensorReader,
  config: VitConfig,
  name: string,
  names: LayerNames,
): VitLayerWeights {
  const { hiddenSize: width, qkvBias, headCount, layerNormEpsilon } = config;
  const projection = (part: string): Linear =>
    reader.linear(`${name}.attention.attention.${part}`, width, width, qkvBias);
  const attentionOutput = reader.linear(`${name}.attention.output.dense`, width, width);
  const { intermediate, output } = readMlp(reader, config, name, names);
  return {
    normBefore: reader.layerNorm(`${name}.${names.normBefore}`, width, layerNormEpsilon),
    attention: prepareAttention(
      {
        query: projection('query'),
        key: projection('key'),
        value: projection('value'),
        headCount,
      },
      preferredForm(),
    ),
    attentionOutput: scaled(reader, attentionOutput, names.attentionScale, name),
    normAfter: reader.layerNorm(`${name}.${names.normAfter}`, width, layerNormEpsilon),
    intermediate,
    output: scaled(reader, output, names.outputScale, name),
  };
}

/** What SwiGLU has in two parts is joined: gates, then what they let through. */
function readMlp(
  reader: TensorReader,
  { hiddenSize: width, intermediateSize: inner, activation }: VitConfig,
  name: string,
  names: LayerNames,
): Pick<VitLayerWeights, 'intermediate' | 'output'> {
  if (activation !== 'swiglu') {
    return {
      intermediate: reader.linear(`${name}.${names.intermediate}`, width, inner),
      output: reader.linear(`${name}.${names.output}`, inner, width),
    };
  }
  // Joined in most files, in two tensors in newer ones.
  if (reader.has(`${name}.mlp.weights_in.weight`)) {
    return {
      intermediate: reader.linear(`${name}.mlp.weights_in`, width, 2 * inner),
      output: reader.linear(`${name}.mlp.weights_out`, inner, width),
    };
  }
  const gate = reader.linear(`${name}.mlp.gate_proj`, width, inner);
  const up = reader.linear(`${name}.mlp.up_proj`, width, inner);
  return {
    intermediate: {
      weight: tf.concat2d([gate.weight, up.weight], 1),
      bias: gate.bias === null || up.bias === null ? null : tf.concat1d([gate.bias, up.bias]),
    },
    output: reader.linear(`${name}.mlp.down_proj`, inner, width),
  };
}

/** A layer scale (Touvron et al. 2021, arXiv:2103.17239) as part of the product before it. */
function scaled(
  reader: TensorReader,
  { weight, bias }: Linear,
  scale: string | null,
  name: string,
): Linear {
  if (scale === null) return { weight, bias };
  const factors = reader.vector(`${name}.${scale}`, weight.shape[1]);
  return {
    weight: tf.mul<tf.Tensor2D>(weight, factors),
    bias: bias === null ? null : tf.mul<tf.Tensor1D>(bias, factors),
  };
}

/**
 * One classifier over [CLS], or, for a DeiT with its teacher, one for each special token. They stand
 * beside the model in a checkpoint, without its prefix.
 */
function readClassifiers(reader: TensorReader, config: VitConfig): Linear[] {
  const claims = (suffix: string): boolean =>
    config.architectures.some((name) => name.endsWith(suffix));
  const readSize = (config.takesAnySize ? 2 : 1) * config.hiddenSize;
  const read = (name: string): Linear => reader.linear(name, readSize, config.labels.length);
  const isTaught = claims('ForImageClassificationWithTeacher');
  if (isTaught || reader.has('cls_classifier.weight')) {
    return [read('cls_classifier'), read('distillation_classifier')];
  }
  // Named by the architecture it must be there; a missing head is no headless checkpoint.
  const hasHead = claims('ForImageClassification') || reader.has('classifier.weight');
  return hasHead ? [read('classifier')] : [];
}
