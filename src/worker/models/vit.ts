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
import { modelInput } from './model-input.ts';
import { cutPatches } from './patches.ts';
import type { PlannedChanges } from './vit-changes.ts';
import { attentionRow, layerAttention } from './vit-attention.ts';
import { differentiate, type DifferentiateOptions, valueVectors } from './vit-differentiate.ts';
import { type LayerResult, runLayer, type TokenSets } from './vit-layer.ts';
import { type PassOptions, runLayers } from './vit-pass.ts';
import { recordPass, type RecordedTape, type RecordOptions, type VitTape } from './vit-tape.ts';
import type { LoadedWeights, VitLayerWeights, VitWeights } from './vit-weights.ts';

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

/** The first layers' inputs of an earlier pass, and the layer to begin with. */
export interface PassedHidden {
  readonly layer: number;
  readonly hidden: readonly tf.Tensor2D[];
}

/** What a pass leaves besides attention. The caller disposes of it. */
export interface PassResult {
  /**
   * What goes into each layer, [token, width], and at the end what comes out of the last, of the
   * first tokens that are read at least.
   */
  readonly hidden: tf.Tensor2D[];
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
    try {
      const { hidden, logits } = await this.pass(pixels, {
        changes,
        from: from && { layer: first, hidden: from.passed.inputs },
        onLayer,
        onAttention: (_, probs) => attention.push(probs),
      });
      hidden.at(-1)?.dispose();
      return { attention, inputs: hidden.slice(0, -1), logits };
    } catch (error) {
      dispose(attention);
      throw error;
    }
  }

  /**
   * A forward pass that hands each layer's attention on as soon as it is computed.
   * @param pixels [channel, y, x], preprocessed
   * @param options with `from` for a pass that begins where an earlier one was: what went into its
   *   layers, [token, width], stays the caller's
   * @throws RangeError if there are not as many pixels as the model takes, and what `onLayer` throws
   */
  async pass(
    pixels: Float32Array,
    { from = null, ...options }: PassOptions & { readonly from?: PassedHidden | null },
  ): Promise<PassResult> {
    const before =
      from === null ? [this.embed(pixels)] : from.hidden.slice(0, from.layer + 1).map(copy);
    const hidden = await runLayers(this.#weights, this.config.activation, before, options);
    try {
      return { hidden, logits: tidy(() => this.#classifyOne(hidden.at(-1))) };
    } catch (error) {
      dispose(hidden);
      throw error;
    }
  }

  /**
   * A layer's attention, [head, query, key], computed again as a pass computed it. The caller's.
   * @param input what goes into the layer, [token, width]
   */
  attention(layer: number, input: tf.Tensor2D, changes: PlannedChanges | null): tf.Tensor3D {
    const { activation } = this.config;
    return layerAttention(input, this.#weightsOf(layer), activation, changes?.[layer] ?? null);
  }

  /**
   * A query's row in every head of a layer, [head, key]. The caller's.
   * @param input what goes into the layer, [token, width]
   */
  attentionRow(
    layer: number,
    input: tf.Tensor2D,
    query: number,
    changes: PlannedChanges | null,
  ): tf.Tensor2D {
    return attentionRow(input, this.#weightsOf(layer), query, changes?.[layer] ?? null);
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
   * Runs tokens and remembers what `differentiate` needs. The caller's.
   * @param embedded [token, width], as `embed` gives it; stays the caller's
   * @throws what `onLayer` throws
   */
  record(embedded: tf.Tensor2D, options: RecordOptions): Promise<RecordedTape> {
    return recordPass(this.#weights, this.config.activation, embedded, options);
  }

  /**
   * Differentiates a label's logit (with a distillation token, the mean of both classifiers') with
   * respect to the tokens that go into the first layer, [token, width]. The caller's.
   * @param target index of a label of a model that has a head
   * @throws what `onLayer` throws
   */
  differentiate(
    tape: VitTape,
    target: number,
    options: DifferentiateOptions,
  ): Promise<tf.Tensor2D> {
    return differentiate(this.#weights, this.config.activation, tape, target, options);
  }

  /**
   * What each head of a layer adds to a query for a weight of 1, [key, width] for each head: its
   * values through its part of the output projection, times its scale. The caller's.
   * @param input what goes into the layer, [token, width]
   */
  valueVectors(layer: number, input: tf.Tensor2D, changes: PlannedChanges | null): tf.Tensor2D[] {
    return valueVectors(input, this.#weightsOf(layer), changes?.[layer] ?? null);
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

  /** @param tokens if not all tokens, or not all of them as queries */
  #layer(
    index: number,
    hidden: tf.Tensor2D,
    changes: PlannedChanges | null,
    tokens?: TokenSets,
  ): LayerResult {
    const layer = this.#weightsOf(index);
    return runLayer(hidden, layer, this.config.activation, changes?.[index] ?? null, tokens);
  }

  #weightsOf(index: number): VitLayerWeights {
    const layer = this.#weights.layers[index];
    if (layer === undefined) throw new RangeError(`There is no layer ${index}.`);
    return layer;
  }

  /** [label], of what comes out of the last layer for one set of tokens. */
  #classifyOne(hidden: tf.Tensor2D | undefined): tf.Tensor1D | null {
    const rows = hidden === undefined ? null : this.#classify(hidden, 1);
    return rows === null ? null : tf.squeeze<tf.Tensor1D>(rows, [0]);
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

function copy(hidden: tf.Tensor2D): tf.Tensor2D {
  return tf.clone(hidden);
}
