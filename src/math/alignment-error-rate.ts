import type { Link } from './alignment.ts';
import type { GoldLinks } from './pharaoh.ts';

/** Sums over sentences, from which the rates follow. */
export interface AlignmentCounts {
  /** |A|: links that were made. */
  readonly made: number;
  /** |S|: links that are sure. */
  readonly sure: number;
  /** |A ∩ S| */
  readonly madeAndSure: number;
  /** |A ∩ P|, with S ⊆ P. */
  readonly madeAndPossible: number;
}

export interface AlignmentScores {
  /** 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|), 0 to 1. */
  readonly aer: number;
  /** |A ∩ P| / |A| */
  readonly precision: number;
  /** |A ∩ S| / |S| */
  readonly recall: number;
}

export const NO_ALIGNMENTS: AlignmentCounts = {
  made: 0,
  sure: 0,
  madeAndSure: 0,
  madeAndPossible: 0,
};

/** Adds one sentence. A link given twice counts once. */
export function countAlignment(
  counts: AlignmentCounts,
  made: readonly Link[],
  gold: GoldLinks,
): AlignmentCounts {
  const links = new Set(made.map(keyOf));
  const sure = new Set(gold.sure.map(keyOf));
  // A sure link is a possible one, whether or not the gold says so twice.
  const possible = new Set([...sure, ...gold.possible.map(keyOf)]);
  const shared = (set: ReadonlySet<string>): number =>
    [...links].filter((link) => set.has(link)).length;
  return {
    made: counts.made + links.size,
    sure: counts.sure + sure.size,
    madeAndSure: counts.madeAndSure + shared(sure),
    madeAndPossible: counts.madeAndPossible + shared(possible),
  };
}

/**
 * Alignment error rate, precision and recall (Och & Ney 2003, "A systematic comparison of various
 * statistical alignment models", section 5). Without any links the error is 0 of nothing: NaN.
 */
export function scoreAlignment(counts: AlignmentCounts): AlignmentScores {
  const { made, sure, madeAndSure, madeAndPossible } = counts;
  return {
    aer: 1 - (madeAndSure + madeAndPossible) / (made + sure),
    precision: madeAndPossible / made,
    recall: madeAndSure / sure,
  };
}

function keyOf({ source, target }: Link): string {
  return `${source}-${target}`;
}
