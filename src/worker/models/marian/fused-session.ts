import type { DecoderSteps, SteppedRow } from '../../kernels/wasm/decoder-steps.ts';
import type { EmbeddingTable, SinusoidTable } from '../embedding-table.ts';
import type { DecoderSession, LogitSummary, StepOutput } from '../translation-model.ts';

/** Best tokens that a search may choose from. */
const CHOSEN_FROM = 16;
/**
 * The kernel's logits are off by about 1e-5 of the largest. Tokens that are nearer to each other than
 * this part of it are computed anew, so that they don't change places.
 */
const NEAR = 2 ** -12;

export interface FusedParts {
  readonly target: EmbeddingTable;
  readonly positions: SinusoidTable;
  /** The output layer's weights, a row for each token, and its bias. */
  readonly output: EmbeddingTable;
  readonly outputBias: Float32Array | null;
}

/** Decodes with one call into wasm a step. All beams run as rows. */
export class FusedSession implements DecoderSession {
  readonly #steps: DecoderSteps;
  readonly #parts: FusedParts;
  /** Tokens embedded: made once, since an array of its own would take longer than to fill it. */
  #states = new Float32Array(0);

  /** @param steps the session's from here on */
  constructor(steps: DecoderSteps, parts: FusedParts) {
    this.#steps = steps;
    this.#parts = parts;
  }

  step(tokens: readonly number[]): Promise<StepOutput> {
    return new Promise((resolve) => resolve(this.#step(tokens)));
  }

  reorder(parents: readonly number[]): void {
    this.#steps.reorder(parents);
  }

  dispose(): void {
    this.#steps.dispose();
  }

  #step(tokens: readonly number[]): StepOutput {
    const steps = this.#steps;
    const { rowCount, position } = steps;
    if (tokens.length !== rowCount) {
      throw new RangeError(`expected ${rowCount} tokens, got ${tokens.length}`);
    }
    const { target, positions } = this.#parts;
    const size = tokens.length * target.width;
    if (this.#states.length !== size) this.#states = new Float32Array(size);
    const stepped = steps.step(target.read(tokens, positions.row(position), this.#states));
    const views = stepped.map((row) => this.#refine(row));
    return {
      get logits(): Float32Array {
        const all = steps.logits();
        for (const [row, { exact }] of views.entries())
          for (const [token, logit] of exact) all[row * steps.tokenCount + token] = logit;
        return all;
      },
      rows: stepped.map(({ crossProbs, selfProbs }) => ({ cross: crossProbs, decoder: selfProbs })),
      summaries: views.map(({ summary }) => summary),
    };
  }

  /** Computes anew the logits that could have changed places. */
  #refine(row: SteppedRow): { summary: LogitSummary; exact: ReadonlyMap<number, number> } {
    const { best, bestLogits, normaliser, state } = row;
    const margin = NEAR * Math.abs(bestLogits[0] ?? 0);
    const exact = new Map<number, number>();
    const isNear = (place: number): boolean =>
      (bestLogits[place - 1] ?? Infinity) - (bestLogits[place] ?? 0) < margin;
    const count = Math.min(CHOSEN_FROM, best.length);
    for (let place = 0; place < count; place += 1) {
      if (!isNear(place) && !(place + 1 < best.length && isNear(place + 1))) continue;
      const token = best[place] ?? 0;
      exact.set(token, this.#logit(token, state));
    }
    const known = new Map<number, number>();
    for (const [place, token] of best.entries())
      known.set(token, exact.get(token) ?? bestLogits[place] ?? NaN);
    const logit = (token: number): number => known.get(token) ?? this.#logit(token, state);
    const tokens = exact.size === 0 ? best : sorted(best, logit);
    const isAll = best.length === this.#steps.tokenCount;
    return { summary: { normaliser, best: tokens, isAll, logit }, exact };
  }

  /** In double precision. */
  #logit(token: number, state: Float32Array): number {
    const { output, outputBias } = this.#parts;
    return Math.fround(output.product(token, state) + (outputBias?.[token] ?? 0));
  }
}

/** The first of them in the order of exact logits. */
function sorted(best: readonly number[], logit: (token: number) => number): number[] {
  const first = best.slice(0, CHOSEN_FROM);
  first.sort((a, b) => logit(b) - logit(a) || a - b);
  return [...first, ...best.slice(CHOSEN_FROM)];
}
