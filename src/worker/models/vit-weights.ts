/** The weights of a model of the ViT family: their place on the device. */
import * as tf from '@tensorflow/tfjs-core';

import type { Precision } from '../../engine/model-protocol.ts';
import type { VitConfig } from '../checkpoint/config.ts';
import { PackedWeights } from '../checkpoint/packed-weights.ts';
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
 * Tensors that the pass has no use for (a pooler) are not read. In fewer bits than 32 the matrices of
 * the layers stay packed, off the device, until a layer runs.
 * @throws HeedFailure `weights-invalid` if a tensor is missing or has another shape than the config
 *   says, `model-unsupported` if it is of another type than F32, F16 or BF16. Nothing stays on the
 *   device then.
 */
export function loadVitWeights(
  tensors: WeightsFile,
  config: VitConfig,
  precision: Precision = 'float32',
): LoadedWeights {
  const reader = new TensorReader(tensors);
  const weights = tidy(() => readWeights(reader, tensors, config, precision));
  return { weights, parameterCount: reader.parameterCount };
}

function readWeights(
  reader: TensorReader,
  tensors: WeightsFile,
  config: VitConfig,
  precision: Precision,
): VitWeights {
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
    layers: Array.from({ length: layerCount }, (_, layer) => {
      const name = `${prefix}encoder.layer.${layer}`;
      const source = { reader, config, name, names };
      // What is read on the way is given up layer by layer.
      return tidy(() =>
        precision === 'float32' ? readLayer(source) : packLayer(source, tensors, precision),
      );
    }),
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

/** Where a layer's tensors are read. */
interface LayerSource {
  readonly reader: TensorReader;
  readonly config: VitConfig;
  readonly name: string;
  readonly names: LayerNames;
}

function readLayer(source: LayerSource): VitLayerWeights {
  return {
    ...readNorms(source),
    attention: readAttention(source),
    attentionOutput: readAttentionOutput(source),
    intermediate: readIntermediate(source),
    output: readOutput(source),
  };
}

/**
 * A layer whose matrices are expanded anew each time they are asked for. They are whoever's asks,
 * within a tidy.
 */
class PackedLayer implements VitLayerWeights {
  readonly normBefore: LayerNorm;
  readonly normAfter: LayerNorm;
  readonly #source: LayerSource;

  constructor(norms: Pick<VitLayerWeights, 'normBefore' | 'normAfter'>, source: LayerSource) {
    this.normBefore = norms.normBefore;
    this.normAfter = norms.normAfter;
    this.#source = source;
  }

  get attention(): AttentionWeights {
    return tidy(() => readAttention(this.#source));
  }

  get attentionOutput(): Linear {
    return tidy(() => readAttentionOutput(this.#source));
  }

  get intermediate(): Linear {
    return tidy(() => readIntermediate(this.#source));
  }

  get output(): Linear {
    return tidy(() => readOutput(this.#source));
  }
}

/** Reads a layer once, so that it is checked, and keeps what was read packed. */
function packLayer(
  source: LayerSource,
  tensors: WeightsFile,
  precision: Exclude<Precision, 'float32'>,
): VitLayerWeights {
  const packed = new PackedWeights(precision);
  const reader = new TensorReader(tensors, packed);
  const { normBefore, normAfter } = readLayer({ ...source, reader });
  source.reader.countAlso(reader);
  return new PackedLayer(
    { normBefore, normAfter },
    { ...source, reader: new TensorReader(packed) },
  );
}

function readNorms({
  reader,
  config: { hiddenSize: width, layerNormEpsilon },
  name,
  names,
}: LayerSource): Pick<VitLayerWeights, 'normBefore' | 'normAfter'> {
  return {
    normBefore: reader.layerNorm(`${name}.${names.normBefore}`, width, layerNormEpsilon),
    normAfter: reader.layerNorm(`${name}.${names.normAfter}`, width, layerNormEpsilon),
  };
}

function readAttention({ reader, config, name }: LayerSource): AttentionWeights {
  const { hiddenSize: width, qkvBias, headCount } = config;
  const projection = (part: string): Linear =>
    reader.linear(`${name}.attention.attention.${part}`, width, width, qkvBias);
  const [query, key, value] = [projection('query'), projection('key'), projection('value')];
  return prepareAttention({ query, key, value, headCount }, preferredForm());
}

function readAttentionOutput({ reader, config, name, names }: LayerSource): Linear {
  const { hiddenSize: width } = config;
  const output = reader.linear(`${name}.attention.output.dense`, width, width);
  return scaled(reader, output, names.attentionScale, name);
}

/** What SwiGLU has in two parts is joined: gates, then what they let through. */
function readIntermediate({ reader, config, name, names }: LayerSource): Linear {
  const { hiddenSize: width, intermediateSize: inner, activation } = config;
  if (activation !== 'swiglu') {
    return reader.linear(`${name}.${names.intermediate}`, width, inner);
  }
  // Joined in most files, in two tensors in newer ones.
  const joined = `${name}.mlp.weights_in`;
  if (reader.has(`${joined}.weight`)) return reader.linear(joined, width, 2 * inner);
  const gate = reader.linear(`${name}.mlp.gate_proj`, width, inner);
  const up = reader.linear(`${name}.mlp.up_proj`, width, inner);
  return {
    weight: tf.concat2d([gate.weight, up.weight], 1),
    bias: gate.bias === null || up.bias === null ? null : tf.concat1d([gate.bias, up.bias]),
  };
}

function readOutput({ reader, config, name, names }: LayerSource): Linear {
  const { hiddenSize: width, intermediateSize: inner, activation } = config;
  const gated = reader.has(`${name}.mlp.weights_out.weight`) ? 'mlp.weights_out' : 'mlp.down_proj';
  const part = activation === 'swiglu' ? gated : names.output;
  const output = reader.linear(`${name}.${part}`, inner, width);
  return scaled(reader, output, names.outputScale, name);
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
