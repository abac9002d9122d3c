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
import { allTokens } from '../kernels/edited-weights.ts';
import { layerNorm } from '../kernels/layer-norm.ts';
import { linear } from '../kernels/linear.ts';
import { bySet, firstOfEach } from '../kernels/token-sets.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import { cutPatches } from './patches.ts';
import type { PlannedChanges } from './vit-changes.ts';
import {
  differentiate,
  type DifferentiateOptions,
  type LogitGradients,
  valueVectors,
} from './vit-differentiate.ts';
import { type LayerResult, runLayer, type TokenSets } from './vit-layer.ts';
import type { LoadedWeights, VitWeights } from './vit-weights.ts';

/** What a pass leaves by which a later one can begin at a layer. It stays whose it is. */
export interface PassedLayers {
  /** For each layer, [head, query, key]; rows sum to 1, or to 0 where changes hide every key. */
  readonly attention: readonly tf.Tensor3D[];
  /** For each layer, what went into it, [token, width]. */
  readonly inputs: readonly tf.Tensor2D[];
}

/** A pass with the same pixels and, in the layers before `layer`, the same changes. */
export interface BeginFrom {
  readonly layer: number;
  readonly passed: PassedLayers;
}

export interface ForwardOptions {
  /** Null for the model as it is. */
  readonly changes?: PlannedChanges | null;
  /** Null for the whole pass. */
  readonly from?: BeginFrom | null;
  /** Called before each layer, counted from 0. What it throws ends the pass. */
  readonly onLayer?: (layer: number) => Promise<void> | void;
}

export interface ClassifyOptions {
  readonly changes?: PlannedChanges | null;
  /** The layer whose input is given: 0 if absent. */
  readonly firstLayer?: number;
  /**
   * Which tokens are given, by their index among all tokens, in rising order with every special
   * token; as many in each set. One set of all of them if absent.
   */
  readonly sets?: readonly Int32Array[];
}

/** What a forward pass leaves on the device. The caller disposes of it. */
export interface ForwardResult extends PassedLayers {
  readonly attention: tf.Tensor3D[];
  readonly inputs: tf.Tensor2D[];
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
    { changes = null, from = null, onLayer }: ForwardOptions = {},
  ): Promise<ForwardResult> {
    const first = from?.layer ?? 0;
    const attention = from?.passed.attention.slice(0, first).map((probs) => tf.clone(probs)) ?? [];
    const inputs = from?.passed.inputs.slice(0, first).map((input) => tf.clone(input)) ?? [];
    const start = from === null ? this.embed(pixels) : from.passed.inputs[first];
    if (start === undefined) throw new RangeError(`The earlier pass has no layer ${first}.`);
    let hidden = from === null ? start : tf.clone(start);
    try {
      for (let index = first; index < this.#weights.layers.length; index++) {
        await onLayer?.(index);
        inputs.push(hidden);
        const sets = [allTokens(hidden.shape[0])];
        const counts = { queryCount: hidden.shape[0], keptCount: this.#readCount(index) };
        const after = this.#layer(index, hidden, changes, { sets, ...counts });
        hidden = after.hidden;
        attention.push(after.probs);
      }
      const logits = tidy(() => {
        const rows = this.#classify(hidden, 1);
        return rows === null ? null : tf.squeeze<tf.Tensor1D>(rows, [0]);
      });
      hidden.dispose();
      return { attention, inputs, logits };
    } catch (error) {
      dispose([attention, inputs, hidden]);
      throw error;
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
   * what the classifiers read and no more. Several sets of tokens, which know nothing of each other,
   * are one pass. A token that is left out of its set is as if hidden from every query.
   * @param hidden [set · token, width], what goes into `firstLayer`; stays the caller's
   * @returns [set, label], the caller's; null for a checkpoint without a head
   */
  classify(
    hidden: tf.Tensor2D,
    { changes = null, firstLayer = 0, sets = [allTokens(hidden.shape[0])] }: ClassifyOptions = {},
  ): tf.Tensor2D | null {
    const { layers, classifiers, readsPatches } = this.#weights;
    if (classifiers.length === 0) return null;
    return tidy(() => {
      const tokenCount = hidden.shape[0] / sets.length;
      let kept = hidden;
      for (let index = firstLayer; index < layers.length; index++) {
        const isRead = index === layers.length - 1 && !readsPatches;
        const queryCount = isRead ? classifiers.length : tokenCount;
        const before = kept;
        kept = tidy(() => this.#layer(index, before, changes, { sets, queryCount }).hidden);
        if (before !== hidden) before.dispose();
      }
      return this.#classify(kept, sets.length);
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

  /** How many of a layer's tokens, the first ones, what follows reads; at least one. */
  #readCount(layer: number): number {
    const { layers, classifiers, readsPatches } = this.#weights;
    if (layer < layers.length - 1 || readsPatches) return this.config.tokenCount;
    return Math.max(1, classifiers.length);
  }

  /** @param tokens if not all tokens, or not all of them as queries */
  #layer(
    index: number,
    hidden: tf.Tensor2D,
    changes: PlannedChanges | null,
    tokens?: TokenSets,
  ): LayerResult {
    const layer = this.#weights.layers[index];
    if (layer === undefined) throw new RangeError(`There is no layer ${index}.`);
    return runLayer(hidden, layer, this.config.activation, changes?.[index] ?? null, tokens);
  }

  /**
   * The mean of the classifiers' logits, each over its own special token; or those of one classifier
   * over [CLS] and the mean of the patches.
   * @param hidden [set · token, width], of each set the special tokens that are read at least
   * @returns [set, label]
   */
  #classify(hidden: tf.Tensor2D, setCount: number): tf.Tensor2D | null {
    const { classifiers, readsPatches, specialTokens, finalNorm } = this.#weights;
    const [classifier] = classifiers;
    if (classifier === undefined) return null;
    if (readsPatches) {
      const all = bySet(layerNorm(hidden, finalNorm), setCount);
      const [, tokenCount, width] = all.shape;
      const specialCount = specialTokens.shape[0];
      const patches = tf.slice3d(
        all,
        [0, specialCount, 0],
        [setCount, tokenCount - specialCount, width],
      );
      return linear(
        tf.concat2d([tokenOfEach(all, 0), tf.mean<tf.Tensor2D>(patches, 1)], 1),
        classifier,
      );
    }
    const special = firstOfEach(hidden, setCount, classifiers.length);
    const normalized = bySet(layerNorm(special, finalNorm), setCount);
    const logits = classifiers.map((one, token) => linear(tokenOfEach(normalized, token), one));
    return logits.length === 1 ? (logits[0] ?? null) : tf.mean<tf.Tensor2D>(tf.stack(logits), 0);
  }
}

/** A token of each set, [set, width]. */
function tokenOfEach(sets: tf.Tensor3D, token: number): tf.Tensor2D {
  const [setCount, , width] = sets.shape;
  return tf.reshape(tf.slice3d(sets, [0, token, 0], [setCount, 1, width]), [setCount, width]);
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
