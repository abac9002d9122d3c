/** Every way of looking at a model's cross-attention as a word alignment, scored on gold links. */
import { alignByArgmax } from '../../src/math/alignment.ts';
import {
  countAlignment,
  NO_ALIGNMENTS,
  scoreAlignment,
  type AlignmentCounts,
  type AlignmentScores,
} from '../../src/math/alignment-error-rate.ts';
import type { GoldLinks } from '../../src/math/pharaoh.ts';

/** Counted from 1. Without a head the mean of the layer, without a layer the mean of all. */
export interface View {
  readonly layer: number | null;
  readonly head: number | null;
}

/** Weights between words: [target word, source word]. */
export interface WordWeights {
  readonly weights: Float32Array;
  readonly targetCount: number;
  readonly sourceCount: number;
  /** Whether the model has a piece of each target word; a word without one is not linked. */
  readonly isTargetWord?: readonly boolean[];
}

export interface ViewedWeights {
  readonly view: View;
  readonly weights: Float32Array;
}

function mean(all: readonly Float32Array[]): Float32Array {
  return Float32Array.from(all[0] ?? [], (_, index) => {
    const sum = all.reduce((sum, weights) => sum + (weights[index] ?? 0), 0);
    return sum / all.length;
  });
}

/**
 * The heads of each layer, each layer's mean behind them, and the mean of all layers at the end.
 * @param layers of each layer the weights of its heads, all of one size
 */
export function viewsOf(layers: readonly (readonly Float32Array[])[]): ViewedWeights[] {
  const means = layers.map(mean);
  const ofLayers = layers.flatMap((heads, layer): ViewedWeights[] => [
    ...heads.map((weights, head) => ({ view: { layer: layer + 1, head: head + 1 }, weights })),
    { view: { layer: layer + 1, head: null }, weights: means[layer] ?? new Float32Array(0) },
  ]);
  return [...ofLayers, { view: { layer: null, head: null }, weights: mean(means) }];
}

/** Adds up the links that one view makes, sentence by sentence. */
export class AlignmentTotal {
  #counts: AlignmentCounts = NO_ALIGNMENTS;

  /** Links each target word to the source word of the largest weight; of equals, to the first. */
  add(words: WordWeights, gold: GoldLinks): void {
    this.#counts = countAlignment(this.#counts, alignByArgmax(words), gold);
  }

  /** A sentence that the model cannot read: nothing was linked. */
  addNothing(gold: GoldLinks): void {
    this.#counts = countAlignment(this.#counts, [], gold);
  }

  /** To four decimals; what is a share of nothing is 0. */
  get scores(): AlignmentScores {
    const { aer, precision, recall } = scoreAlignment(this.#counts);
    return { aer: round(aer), precision: round(precision), recall: round(recall) };
  }
}

function round(share: number): number {
  return Number.isFinite(share) ? Math.round(1e4 * share) / 1e4 : 0;
}
