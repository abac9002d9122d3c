import { stepsOf, type Step } from './hypothesis.ts';

/** What changed since the last time: `kept` steps stand, and `added` follow them. */
export interface StepChange<Rows> {
  readonly kept: number;
  readonly added: readonly Step<Rows>[];
}

/**
 * Turns the best hypothesis at every step into changes. A greedy search adds one step each time; in
 * a beam search the best hypothesis may leave the path of the one before, and then steps are taken
 * back.
 */
export class StepStream<Rows> {
  #sent: readonly Step<Rows>[] = [];

  /** The target so far. */
  get tokens(): number[] {
    return this.#sent.map(({ token }) => token);
  }

  advance(last: Step<Rows> | null): StepChange<Rows> {
    const steps = stepsOf(last);
    let kept = 0;
    // Hypotheses share the very objects of what they have in common.
    while (kept < steps.length && steps[kept] === this.#sent[kept]) kept += 1;
    this.#sent = steps;
    return { kept, added: steps.slice(kept) };
  }
}
