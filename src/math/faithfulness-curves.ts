/**
 * Curves and figures of how much an order of patches tells about a model, from the model's answers
 * to sets of patches. Which sets, and what becomes of the answers, is here; the model is elsewhere.
 *
 * An answer depends on which patches are kept, not on their order. So the deletion of an order and
 * the insertion of the reversed order are the same answers, read from the other end.
 */
import { areaUnder } from './trapezoid-area.ts';

/** Shares of the patches for comprehensiveness and sufficiency (DeYoung et al. 2020). */
export const SHARES_OF_TOP: readonly number[] = [0.01, 0.05, 0.1, 0.2, 0.5];

/** How many patches are gone, or there, at each step: `stepCount` + 1 rising, from 0 to all. */
export function countsOfSteps(patchCount: number, stepCount: number): number[] {
  return Array.from({ length: stepCount + 1 }, (_, step) =>
    Math.round((step * patchCount) / stepCount),
  );
}

/** How many patches each of `SHARES_OF_TOP` is: rounded up, so that it is one at least. */
export function countsOfTop(patchCount: number): number[] {
  // Not 13 for 5 % of 240, which in binary is a little more than 12.
  return SHARES_OF_TOP.map((share) => Math.ceil(share * patchCount - 1e-9));
}

/** The counts that `measureOrder` will ask for: rising, each once, without 0 and without all. */
export function countsAsked(patchCount: number, stepCount: number): number[] {
  const all = [...countsOfSteps(patchCount, stepCount), ...countsOfTop(patchCount)];
  return [...new Set(all)]
    .filter((count) => count > 0 && count < patchCount)
    .toSorted((one, other) => one - other);
}

/** What a model answered about an order: the probability of the target. */
export interface OrderAnswers {
  /** Without the first `count` patches. */
  readonly without: (count: number) => number;
  /** With the first `count` patches and no others. */
  readonly withOnly: (count: number) => number;
}

export interface OrderMeasures {
  /** [step] */
  readonly deletion: Float32Array<ArrayBuffer>;
  /** [step] */
  readonly insertion: Float32Array<ArrayBuffer>;
  /** Area under the curve over the share of patches removed: trapezoids, 0 % and 100 % included. */
  readonly deletionArea: number;
  readonly insertionArea: number;
  /** Mean over `SHARES_OF_TOP` of p(all patches) - p(all but the top ones). */
  readonly comprehensiveness: number;
  /** Mean over `SHARES_OF_TOP` of p(all patches) - p(the top ones alone). */
  readonly sufficiency: number;
}

/**
 * Deletion and insertion (Petsiuk et al. 2018, arXiv:1806.07421), comprehensiveness and sufficiency
 * (DeYoung et al. 2020, arXiv:1911.03429) of one order. The mean of the latter two is over the five
 * shares; the paper's own sum has the share of 0 % as well, whose difference is 0, and divides by 6.
 */
export function measureOrder(
  { without, withOnly }: OrderAnswers,
  patchCount: number,
  stepCount: number,
): OrderMeasures {
  const counts = countsOfSteps(patchCount, stepCount);
  const shares = counts.map((count) => count / patchCount);
  const deletion = Float32Array.from(counts, without);
  const insertion = Float32Array.from(counts, withOnly);
  const whole = without(0);
  const top = countsOfTop(patchCount);
  return {
    deletion,
    insertion,
    deletionArea: areaUnder(shares, deletion),
    insertionArea: areaUnder(shares, insertion),
    comprehensiveness: mean(top.map((count) => whole - without(count))),
    sufficiency: mean(top.map((count) => whole - withOnly(count))),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
