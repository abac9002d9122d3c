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
    const { rowCount, position } = this.#steps;
    if (tokens.length !== rowCount) {
      throw new RangeError(`expected ${rowCount} tokens, got ${tokens.length}`);
    }
    const { target, positions } = this.#parts;
    const states = target.read(tokens, positions.row(position));
    const rows = this.#steps.step(states);
    const summaries = rows.map((row) => this.#refine(row));
    return {
      logits: rows.length === 1 ? (rows[0]?.logits ?? states) : joined(rows),
      rows: rows.map(({ crossProbs, selfProbs }) => ({ cross: crossProbs, decoder: selfProbs })),
      summaries,
    };
  }

  /** Puts exact logits in the places of those that could have changed theirs. */
  #refine({ logits, best, normaliser, state }: SteppedRow): LogitSummary {
    const { output, outputBias } = this.#parts;
    const valueOf = (token: number | undefined): number => logits[token ?? -1] ?? -Infinity;
    const first = best.slice(0, CHOSEN_FROM);
    const margin = NEAR * Math.abs(valueOf(first[0]));
    const near = first.filter((token, index) => {
      const own = valueOf(token);
      const [above, below] = [valueOf(first[index - 1]), valueOf(best[index + 1])];
      return Math.abs(above - own) < margin || Math.abs(own - below) < margin;
    });
    if (near.length === 0) return { normaliser, best };
    for (const token of near)
      logits[token] = output.product(token, state) + (outputBias?.[token] ?? 0);
    const sorted = first.toSorted((a, b) => valueOf(b) - valueOf(a) || a - b);
    return { normaliser, best: [...sorted, ...best.slice(CHOSEN_FROM)] };
  }
}

function joined(rows: readonly SteppedRow[]): Float32Array {
  const size = rows[0]?.logits.length ?? 0;
  const all = new Float32Array(rows.length * size);
  for (const [row, { logits }] of rows.entries()) all.set(logits, row * size);
  return all;
}
