/**
 * The Vision Transformer (Dosovitskiy et al. 2021, arXiv:2010.11929), DeiT with its distillation
 * token (Touvron et al. 2021, arXiv:2012.12877), the encoder of a masked autoencoder (He et al. 2021,
 * arXiv:2111.06377) on all patches, and DINOv2 (Oquab et al. 2023, arXiv:2304.07193) with or without
 * registers (Darcet et al. 2023, arXiv:2309.16588), as `transformers` computes them.
 */
import * as tf from '@tensorflow/tfjs-core';

import type { VisionModelInfo } from '../../engine/protocol.ts';
import type { ModelInput } from '../../math/geometry.ts';
import type { VitConfig } from '../checkpoint/config.ts';
import type { PreprocessorConfig } from '../checkpoint/preprocessor-config.ts';
import { allTokens, type Axes } from '../kernels/edited-weights.ts';
import { layerNorm } from '../kernels/layer-norm.ts';
import { linear } from '../kernels/linear.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import { cutPatches } from './patches.ts';
import type { PlannedChanges } from './vit-changes.ts';
import {
  differentiate,
  type DifferentiateOptions,
  type LogitGradients,
  valueVectors,
} from './vit-differentiate.ts';
import { type LayerResult, runLayer } from './vit-layer.ts';
import type { LoadedWeights, VitWeights } from './vit-weights.ts';

export interface ForwardOptions {
  /** Null for the model as it is. */
  readonly changes?: PlannedChanges | null;
  /** Called before each layer, counted from 0. What it throws ends the pass. */
  readonly onLayer?: (layer: number) => Promise<void> | void;
}

export interface ClassifyOptions {
  readonly changes?: PlannedChanges | null;
  /**
   * Patches whose tokens stay in the sequence, counted from 0, in rising order; the others are left
   * out of it, which equals hiding them from every query. All of them if absent.
   */
  readonly keptPatches?: Int32Array;
  /** The layer whose input is given: 0 if absent. */
  readonly firstLayer?: number;
}

/** What a forward pass leaves on the device. The caller disposes of it. */
export interface ForwardResult {
  /** For each layer, [head, query, key]; rows sum to 1, or to 0 where changes hide every key. */
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
  async forward(
    pixels: Float32Array,
    { changes = null, onLayer }: ForwardOptions = {},
  ): Promise<ForwardResult> {
    const attention: tf.Tensor3D[] = [];
    let hidden = this.embed(pixels);
    try {
      for (const index of this.#weights.layers.keys()) {
        await onLayer?.(index);
        const before = hidden;
        const after = this.#layer(index, before, changes);
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

  /**
   * Pixels as tokens, [token, width]: each patch by itself, its position added. The caller's.
   * @param pixels [channel, y, x], preprocessed
   * @throws RangeError if there are not as many pixels as the model takes
   */
  embed(pixels: Float32Array): tf.Tensor2D {
    return tidy(() => this.#embed(pixels));
  }

  /**
   * Logits alone, without waiting for the device: no attention is left, and the last layer computes
   * what the classifiers read and no more.
   * @param hidden [token, width], every token as `embed` or `layerInputs` gives them; stays the
   *   caller's
   * @returns [label], the caller's; null for a checkpoint without a head
   */
  classify(hidden: tf.Tensor2D, options: ClassifyOptions = {}): tf.Tensor1D | null {
    const { changes = null, keptPatches, firstLayer = 0 } = options;
    const { layers, classifiers, readsPatches } = this.#weights;
    if (classifiers.length === 0) return null;
    return tidy(() => {
      const tokens = keptPatches === undefined ? null : this.#tokensOf(keptPatches);
      const keys = tokens ?? allTokens(hidden.shape[0]);
      const first = readsPatches ? keys : keys.subarray(0, classifiers.length);
      let kept = tokens === null ? hidden : tf.gather(hidden, tf.tensor1d(tokens, 'int32'));
      for (let index = firstLayer; index < layers.length; index++) {
        const queries = index === layers.length - 1 ? first : keys;
        const before = kept;
        kept = tidy(() => this.#layer(index, before, changes, { queries, keys }).hidden);
        if (before !== hidden) before.dispose();
      }
      return this.#classify(kept);
    });
  }

  /**
   * What goes into each layer, [token, width], the caller's: with it, whatever is changed in a layer
   * alone can be computed from that layer on.
   * @param embedded stays the caller's
   */
  layerInputs(embedded: tf.Tensor2D, changes: PlannedChanges | null = null): tf.Tensor2D[] {
    return tidy(() => {
      const inputs = [tf.clone(embedded)];
      for (const index of this.#weights.layers.keys()) {
        const before = inputs[index];
        if (before === undefined || index === this.#weights.layers.length - 1) break;
        inputs.push(tidy(() => this.#layer(index, before, changes).hidden));
      }
      return inputs;
    });
  }

  /**
   * What each patch's pixels add to its token, [patch, width]: the projection without its bias. The
   * caller's.
   * @param pixels [channel, y, x], preprocessed
   */
  projectPatches(pixels: Float32Array): tf.Tensor2D {
    const { weight } = this.#weights.patchProjection;
    return tidy(() => linear(this.#cut(pixels), { weight, bias: null }));
  }

  /**
   * Differentiates a label's logit (with a distillation token, the mean of both classifiers').
   * @param embedded [token, width], as `embed` gives it; stays the caller's
   * @param target index of a label of a model that has a head
   * @throws what `onLayer` throws
   */
  differentiate(
    embedded: tf.Tensor2D,
    target: number,
    options: DifferentiateOptions,
  ): Promise<LogitGradients> {
    return differentiate(this.#weights, this.config.activation, embedded, target, options);
  }

  /**
   * What each head of a layer adds to a query for a weight of 1, [key, width] for each head: its
   * values through its part of the output projection, times its scale. The caller's.
   * @param embedded [token, width], as `embed` gives it; stays the caller's
   */
  valueVectors(
    embedded: tf.Tensor2D,
    layer: number,
    options: DifferentiateOptions,
  ): Promise<tf.Tensor2D[]> {
    return valueVectors(this.#weights, this.config.activation, embedded, layer, options);
  }

  dispose(): void {
    dispose(this.#weights);
  }

  /** Pixels to [token, width]. */
  #embed(pixels: Float32Array): tf.Tensor2D {
    const { patchProjection, patchPositions, specialTokens } = this.#weights;
    const projected = linear(this.#cut(pixels), patchProjection);
    const embedded = tf.add<tf.Tensor2D>(projected, patchPositions);
    return tf.concat2d([specialTokens, embedded], 0);
  }

  /** Pixels to [patch, channel · y · x]. */
  #cut(pixels: Float32Array): tf.Tensor2D {
    const { width, height, channelCount, patchWidth, patchHeight } = this.input;
    if (pixels.length !== channelCount * height * width) {
      throw new RangeError(
        `pixels: expected [${channelCount}, ${height}, ${width}], got ${pixels.length} numbers`,
      );
    }
    const patchSize = channelCount * patchHeight * patchWidth;
    return tf.tensor2d(cutPatches(pixels, this.input), [pixels.length / patchSize, patchSize]);
  }

  /** @param axes if not all tokens, or not all of them as queries */
  #layer(
    index: number,
    hidden: tf.Tensor2D,
    changes: PlannedChanges | null,
    axes?: Axes,
  ): LayerResult {
    const layer = this.#weights.layers[index];
    if (layer === undefined) throw new RangeError(`There is no layer ${index}.`);
    return runLayer(hidden, layer, this.config.activation, changes?.[index] ?? null, axes);
  }

  /** The special tokens, which always stay, and the given patches. */
  #tokensOf(patches: Int32Array): Int32Array {
    const special = this.config.specialTokens.length;
    const tokens = new Int32Array(special + patches.length);
    tokens.set(allTokens(special));
    tokens.set(
      patches.map((patch) => special + patch),
      special,
    );
    return tokens;
  }

  /**
   * The mean of the classifiers' logits, each over its own special token; or those of one classifier
   * over [CLS] and the mean of the patches.
   */
  #classify(hidden: tf.Tensor2D): tf.Tensor1D | null {
    const { classifiers, readsPatches, specialTokens, finalNorm } = this.#weights;
    const [classifier] = classifiers;
    if (classifier === undefined) return null;
    const [tokenCount, width] = hidden.shape;
    if (readsPatches) {
      const all = layerNorm(hidden, finalNorm);
      const specialCount = specialTokens.shape[0];
      const patches = tf.slice2d(all, [specialCount, 0], [tokenCount - specialCount, width]);
      const first = tf.slice2d(all, [0, 0], [1, width]);
      const joined = tf.concat2d([first, tf.mean<tf.Tensor2D>(patches, 0, true)], 1);
      return tf.squeeze<tf.Tensor1D>(linear(joined, classifier), [0]);
    }
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
