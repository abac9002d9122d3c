/** A run's picture with patches removed, before the run's model. */
import * as tf from '@tensorflow/tfjs-core';

import type { Removal } from '../../engine/what-if-protocol.ts';
import { gaussianBlur } from '../../math/gaussian-blur.ts';
import { fail } from '../failure.ts';
import { allTokens } from '../kernels/edited-weights.ts';
import { tidy } from '../kernels/tensors.ts';
import type { PlannedChanges } from '../models/vit-changes.ts';
import type { VitModel } from '../models/vit.ts';
import type { VisionTrace } from '../trace.ts';
import { askAll, type Steps } from './ask.ts';

/** The blur's standard deviation over the input's shorter side: what is left is a few colours. */
const BLUR_SHARE = 1 / 8;

/** So many tokens go through the model at once: more are no faster, and more memory. */
const TOKENS_AT_ONCE = 512;

/** A run's model and picture, of which any patches can be removed. The run's changes stay in force. */
export class MaskedPicture {
  readonly patchCount: number;
  readonly #model: VitModel;
  readonly #changes: PlannedChanges | null;
  readonly #target: number;
  readonly #embedded: tf.Tensor2D;
  /** The tokens that stand in for removed patches; null where nothing does. */
  readonly #replaced: tf.Tensor2D | null;

  /**
   * Embeds the picture once.
   * @param target index of a label
   * @param removal `hide` leaves the tokens of removed patches out of the sequence; `mean` gives
   *   their pixels the mean colour of all pixels, `blur` those of the picture blurred with a standard
   *   deviation of an eighth of its shorter side
   */
  constructor(model: VitModel, trace: VisionTrace, target: number, removal: Removal) {
    this.patchCount = trace.tokenCount - trace.specialTokens.length;
    this.#model = model;
    this.#changes = trace.plan;
    this.#target = target;
    const replacement = replacementPixels(trace.pixels, model, removal);
    this.#embedded = model.embed(trace.pixels);
    this.#replaced = replacement === null ? null : model.embed(replacement);
  }

  /**
   * The target's probability for the picture with some of its patches. As many patches at a time are
   * one pass of the model.
   * @param sets of patches that are kept, counted from 0, in rising order; there may be none in one
   * @param steps has one for each set
   * @returns [set]
   */
  async answers(sets: readonly Int32Array[], steps: Steps): Promise<Float32Array> {
    const batches = this.#batches(sets);
    const answers = await askAll(batches, (batch) => this.#ask(batch), steps);
    const probabilities = new Float32Array(sets.length);
    for (const [at, { index }] of batches.flat().entries())
      probabilities[index] = answers[at]?.[0] ?? Number.NaN;
    return probabilities;
  }

  dispose(): void {
    this.#embedded.dispose();
    this.#replaced?.dispose();
  }

  /** Sets of one size together, since they are stacked; none where patches are replaced differ. */
  #batches(sets: readonly Int32Array[]): Indexed[][] {
    const special = this.#embedded.shape[0] - this.patchCount;
    const bySize = new Map<number, Indexed[]>();
    for (const [index, kept] of sets.entries()) {
      const size = special + (this.#replaced === null ? kept.length : this.patchCount);
      const alike = bySize.get(size) ?? [];
      alike.push({ index, kept });
      bySize.set(size, alike);
    }
    return [...bySize].flatMap(([size, alike]) =>
      chunks(alike, Math.max(1, Math.floor(TOKENS_AT_ONCE / size))),
    );
  }

  /** The target's probability for each set, [set, 1]. */
  #ask(batch: readonly Indexed[]): tf.Tensor2D {
    return tidy(() => {
      const kept = batch.map(({ kept }) => kept);
      const [hidden, sets] =
        this.#replaced === null
          ? this.#leaveOut(kept)
          : this.#mix(kept, tf.concat2d([this.#embedded, this.#replaced], 0));
      const logits = this.#model.classify(hidden, { changes: this.#changes, sets });
      if (logits === null) return failHeadless();
      return tf.slice2d(tf.softmax(logits), [0, this.#target], [batch.length, 1]);
    });
  }

  /** The special tokens, which always stay, and the patches that are kept. */
  #leaveOut(sets: readonly Int32Array[]): StackedSets {
    const special = this.#embedded.shape[0] - this.patchCount;
    const tokens = sets.map((kept) =>
      Int32Array.from([...allTokens(special), ...kept.map((patch) => special + patch)]),
    );
    return [gatherRows(this.#embedded, tokens), tokens];
  }

  /**
   * Each patch is embedded by itself, so that a picture of which some patches were replaced has the
   * tokens of the one and of the other.
   * @param both the picture's tokens, then those that stand in
   */
  #mix(sets: readonly Int32Array[], both: tf.Tensor2D): StackedSets {
    const tokenCount = this.#embedded.shape[0];
    const special = tokenCount - this.patchCount;
    const rows = sets.map((kept) => {
      const ofSet = allTokens(tokenCount).map((token) =>
        token < special ? token : tokenCount + token,
      );
      for (const patch of kept) ofSet[special + patch] = special + patch;
      return ofSet;
    });
    return [gatherRows(both, rows), sets.map(() => allTokens(tokenCount))];
  }
}

/** A set of patches with its place among all sets. */
interface Indexed {
  readonly index: number;
  readonly kept: Int32Array;
}

/** [set · token, width], and which tokens these are. */
type StackedSets = readonly [tf.Tensor2D, readonly Int32Array[]];

function gatherRows(from: tf.Tensor2D, sets: readonly Int32Array[]): tf.Tensor2D {
  return tf.gather(from, tf.tensor1d(Int32Array.from(sets.flatMap((set) => [...set])), 'int32'));
}

function chunks<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  );
}

/** @throws HeedFailure always: without labels there is no answer that could change */
export function failHeadless(): never {
  fail('bad-request', 'This model has no labels: there is no prediction to measure by.');
}

function replacementPixels(
  pixels: Float32Array,
  { input: { width, height } }: VitModel,
  removal: Removal,
): Float32Array | null {
  switch (removal) {
    case 'hide':
      return null;
    case 'mean':
      return meanColour(pixels, width * height);
    case 'blur':
      return gaussianBlur(pixels, width, height, BLUR_SHARE * Math.min(width, height));
    default:
      return fail('bad-request', 'There is no such way to remove a patch.', String(removal));
  }
}

/** Each channel's mean in place of its pixels. */
function meanColour(pixels: Float32Array, size: number): Float32Array {
  const mean = new Float32Array(pixels.length);
  for (let start = 0; start < pixels.length; start += size) {
    const sum = pixels.subarray(start, start + size).reduce((total, value) => total + value, 0);
    mean.fill(sum / size, start, start + size);
  }
  return mean;
}
