import type { Candidate } from './scores.ts';

/**
 * One target token, chosen. Steps are linked backwards, so that hypotheses share what they have in
 * common and each carries the attention of its own past: whatever beams do, a step's rows stay with
 * the token that they led to.
 */
export interface Step<Rows> {
  readonly token: number;
  /** Of this token after the ones before, as the model has it. */
  readonly logProbability: number;
  /**
   * The best tokens at this place that may be chosen, best first. The chosen one need not be among
   * them.
   */
  readonly candidates: readonly Candidate[];
  /** Attention of the state that predicted this token. */
  readonly rows: Rows;
  readonly previous: Step<Rows> | null;
}

export interface Hypothesis<Rows> {
  readonly last: Step<Rows> | null;
  /**
   * Sum of the scores that tokens were chosen by over the number of tokens (those of a given prefix
   * left out) to the power of the length penalty.
   */
  readonly score: number;
  /** Whether it ends in the end token, or had to stop at the longest length. */
  readonly finished: boolean;
}

/** The steps from the first to the last. */
export function stepsOf<Rows>(last: Step<Rows> | null): Step<Rows>[] {
  const steps: Step<Rows>[] = [];
  for (let step = last; step !== null; step = step.previous) steps.push(step);
  return steps.toReversed();
}

export function tokensOf<Rows>(last: Step<Rows> | null): number[] {
  return stepsOf(last).map(({ token }) => token);
}
