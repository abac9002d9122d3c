/** A run's picture with patches removed, before the run's model. */
import * as tf from '@tensorflow/tfjs-core';

import type { Removal } from '../../engine/what-if-protocol.ts';
import { gaussianBlur } from '../../math/gaussian-blur.ts';
import { fail } from '../failure.ts';
import { tidy } from '../kernels/tensors.ts';
import type { PlannedChanges } from '../models/vit-changes.ts';
import type { VitModel } from '../models/vit.ts';
import type { VisionTrace } from '../trace.ts';

/** The blur's standard deviation over the input's shorter side: what is left is a few colours. */
const BLUR_SHARE = 1 / 8;

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
    this.#changes = trace.plannedChanges();
    this.#target = target;
    const replacement = replacementPixels(trace.pixels, model, removal);
    this.#embedded = model.embed(trace.pixels);
    this.#replaced = replacement === null ? null : model.embed(replacement);
  }

  /**
   * The target's probability for the picture with some of its patches, [1], the caller's.
   * @param kept patches, counted from 0, in rising order; there may be none
   */
  answer(kept: Int32Array): tf.Tensor1D {
    return tidy(() => {
      const logits =
        this.#replaced === null
          ? this.#model.classify(this.#embedded, { changes: this.#changes, keptPatches: kept })
          : this.#model.classify(this.#mix(kept, this.#replaced), { changes: this.#changes });
      if (logits === null) return failHeadless();
      return tf.slice1d(tf.softmax(logits), this.#target, 1);
    });
  }

  dispose(): void {
    this.#embedded.dispose();
    this.#replaced?.dispose();
  }

  /**
   * Each patch is embedded by itself, so that a picture of which some patches were replaced has the
   * tokens of the one and of the other.
   */
  #mix(kept: Int32Array, replaced: tf.Tensor2D): tf.Tensor2D {
    const tokenCount = this.#embedded.shape[0];
    const special = tokenCount - this.patchCount;
    const rows = Int32Array.from({ length: tokenCount }, (_, token) =>
      token < special ? token : tokenCount + token,
    );
    for (const patch of kept) rows[special + patch] = special + patch;
    return tf.gather(tf.concat2d([this.#embedded, replaced], 0), tf.tensor1d(rows, 'int32'));
  }
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
