/**
 * The Vision Transformer (Dosovitskiy et al. 2021, arXiv:2010.11929) and DeiT with its distillation
 * token (Touvron et al. 2021, arXiv:2012.12877), as `transformers` computes them.
 */
import * as tf from '@tensorflow/tfjs-core';

import type { VisionModelInfo } from '../../engine/protocol.ts';
import type { ModelInput } from '../../math/geometry.ts';
import type { VitConfig } from '../checkpoint/config.ts';
import type { PreprocessorConfig } from '../checkpoint/preprocessor-config.ts';
import { activate } from '../kernels/activation.ts';
import { layerNorm } from '../kernels/layer-norm.ts';
import { linear } from '../kernels/linear.ts';
import { selfAttention } from '../kernels/self-attention.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import { cutPatches } from './patches.ts';
import type { LoadedWeights, VitLayerWeights, VitWeights } from './vit-weights.ts';

export interface ForwardOptions {
  /** Called before each layer, counted from 0. What it throws ends the pass. */
  readonly onLayer?: (layer: number) => Promise<void> | void;
}

/** What a forward pass leaves on the device. The caller disposes of it. */
export interface ForwardResult {
  /** For each layer, [head, query, key]; rows sum to 1. */
  readonly attention: tf.Tensor3D[];
  /** [label]; null for a checkpoint without a head. */
  readonly logits: tf.Tensor1D | null;
}

/** What the model itself knows for its description. */
export type VitInfo = Pick<
  VisionModelInfo,
  | 'modelType'
  | 'parameterCount'
  | 'layerCount'
  | 'headCount'
  | 'input'
  | 'specialTokens'
  | 'labels'
  | 'labelAliases'
>;

export class VitModel {
  readonly config: VitConfig;
  readonly preprocessor: PreprocessorConfig;
  readonly input: ModelInput;
  readonly info: VitInfo;
  readonly #weights: VitWeights;

  constructor(config: VitConfig, preprocessor: PreprocessorConfig, loaded: LoadedWeights) {
    this.config = config;
    this.preprocessor = preprocessor;
    this.input = modelInput(config, preprocessor);
    this.#weights = loaded.weights;
    const hasHead = loaded.weights.classifiers.length > 0;
    this.info = {
      modelType: config.modelType,
      parameterCount: loaded.parameterCount,
      layerCount: config.layerCount,
      headCount: config.headCount,
      input: this.input,
      specialTokens: config.specialTokens,
      labels: hasHead ? config.labels : [],
      labelAliases: hasHead ? config.labelAliases : [],
    };
  }

  /**
   * @param pixels [channel, y, x], preprocessed
   * @throws RangeError if there are not as many pixels as the model takes, and what `onLayer` throws
   */
  async forward(pixels: Float32Array, { onLayer }: ForwardOptions = {}): Promise<ForwardResult> {
    const attention: tf.Tensor3D[] = [];
    let hidden = tidy(() => this.#embed(pixels));
    try {
      for (const [index, layer] of this.#weights.layers.entries()) {
        await onLayer?.(index);
        const before = hidden;
        const after = tidy(() => this.#layer(before, layer));
        before.dispose();
        hidden = after.hidden;
        attention.push(after.probs);
      }
      return { attention, logits: tidy(() => this.#classify(hidden)) };
    } catch (error) {
      tf.dispose(attention);
      throw error;
    } finally {
      hidden.dispose();
    }
  }

  dispose(): void {
    dispose(this.#weights);
  }

  /** Pixels to [token, width]. */
  #embed(pixels: Float32Array): tf.Tensor2D {
    const { width, height, channelCount, patchWidth, patchHeight } = this.input;
    if (pixels.length !== channelCount * height * width) {
      throw new RangeError(
        `pixels: expected [${channelCount}, ${height}, ${width}], got ${pixels.length} numbers`,
      );
    }
    const { patchProjection, patchPositions, specialTokens } = this.#weights;
    const patchSize = channelCount * patchHeight * patchWidth;
    const patches = tf.tensor2d(cutPatches(pixels, this.input), [
      pixels.length / patchSize,
      patchSize,
    ]);
    const embedded = tf.add<tf.Tensor2D>(linear(patches, patchProjection), patchPositions);
    return tf.concat2d([specialTokens, embedded], 0);
  }

  /** A block with its norms before attention and MLP. [token, width] to the same. */
  #layer(hidden: tf.Tensor2D, layer: VitLayerWeights): { hidden: tf.Tensor2D; probs: tf.Tensor3D } {
    const { probs, context } = selfAttention(layerNorm(hidden, layer.normBefore), layer.attention);
    const attended = tf.add<tf.Tensor2D>(hidden, linear(context, layer.attentionOutput));
    const inner = linear(layerNorm(attended, layer.normAfter), layer.intermediate);
    const mlp = linear(activate(inner, this.config.activation), layer.output);
    return { hidden: tf.add<tf.Tensor2D>(attended, mlp), probs };
  }

  /** The mean of the classifiers' logits, each over its own special token. */
  #classify(hidden: tf.Tensor2D): tf.Tensor1D | null {
    const { classifiers, finalNorm } = this.#weights;
    if (classifiers.length === 0) return null;
    const width = hidden.shape[1];
    const special = tf.slice2d(hidden, [0, 0], [classifiers.length, width]);
    const normalized = layerNorm(special, finalNorm);
    const logits = classifiers.map((classifier, token) =>
      linear(tf.slice2d(normalized, [token, 0], [1, width]), classifier),
    );
    return tf.mean<tf.Tensor1D>(tf.concat2d(logits, 0), 0);
  }
}

function modelInput(config: VitConfig, { size, crop }: PreprocessorConfig): ModelInput {
  // For a shortest edge this is the share of a square picture.
  const resizedWidth = size === null ? null : size.kind === 'exact' ? size.width : size.length;
  const resizedHeight = size === null ? null : size.kind === 'exact' ? size.height : size.length;
  return {
    width: config.imageWidth,
    height: config.imageHeight,
    channelCount: config.channelCount,
    patchWidth: config.patchWidth,
    patchHeight: config.patchHeight,
    referenceCropX: crop === null || resizedWidth === null ? 1 : crop.width / resizedWidth,
    referenceCropY: crop === null || resizedHeight === null ? 1 : crop.height / resizedHeight,
  };
}
