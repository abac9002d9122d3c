import { fail } from '../failure.ts';
import type { DecoderSession, StepOutput } from '../models/translation-model.ts';
import { nextTurnIfDue } from '../next-turn.ts';
import type { Step } from './hypothesis.ts';
import { type Outlook, outlook } from './outlook.ts';
import type { Candidate } from './scores.ts';
import type { DecodingSettings } from './settings.ts';

/** Candidates kept at every step, for the person to choose from. */
export const CANDIDATE_COUNT = 5;

export interface SearchOptions<Rows> {
  /** Target tokens that stand already; the search goes on from them. */
  readonly prefix?: readonly number[];
  readonly signal?: AbortSignal;
  /**
   * Called after every token with the best unfinished hypothesis, and after every token of the
   * prefix. The best one may branch off earlier than at its last step.
   */
  readonly onStep?: (last: Step<Rows>) => void;
}

/** A beam: what it has read and what it led to. */
export interface Beam<Rows> {
  readonly last: Step<Rows> | null;
  /** The start token, then the target so far. */
  readonly read: readonly number[];
}

/** A beam's view of the next token. */
export interface Prediction<Rows> {
  readonly next: Outlook;
  readonly candidates: readonly Candidate[];
  readonly rows: Rows;
}

/**
 * Lets messages in and ends a cancelled search, then runs the decoder for every beam.
 * @throws the signal's reason
 */
export async function predict<Rows>(
  session: DecoderSession<Rows>,
  beams: readonly Beam<Rows>[],
  settings: DecodingSettings,
  signal: AbortSignal | undefined,
): Promise<Prediction<Rows>[]> {
  await nextTurnIfDue();
  signal?.throwIfAborted();
  const output = await session.step(beams.map(({ read }) => read.at(-1) ?? settings.startToken));
  signal?.throwIfAborted();
  return beams.map((beam, index) => view(output, index, beams.length, beam.read, settings));
}

function view<Rows>(
  output: StepOutput<Rows>,
  index: number,
  beamCount: number,
  read: readonly number[],
  settings: DecodingSettings,
): Prediction<Rows> {
  const row = output.rows[index];
  if (row === undefined) throw new RangeError(`beam ${index} of ${output.rows.length} has no rows`);
  const ownLogits = (): Float32Array => {
    const { logits } = output;
    const size = logits.length / beamCount;
    return logits.subarray(index * size, (index + 1) * size);
  };
  const next = outlook(ownLogits, output.summaries?.[index] ?? null, read, settings);
  const candidates = next
    .best(CANDIDATE_COUNT)
    .map(({ token }): Candidate => ({ token, logProbability: next.logProbability(token) }));
  // Comparisons with NaN are false, so that nothing would be chosen, without a word.
  if (candidates.length === 0) {
    fail('internal', 'The model computed no number: its weights or this device are at fault.');
  }
  return { next, rows: row, candidates };
}

export function extend<Rows>(beam: Beam<Rows>, token: number, seen: Prediction<Rows>): Beam<Rows> {
  const last = {
    token,
    logProbability: seen.next.logProbability(token),
    candidates: seen.candidates,
    rows: seen.rows,
    previous: beam.last,
  };
  return { last, read: [...beam.read, token] };
}

/** Whether the token ends the target, or the target has no room for another. */
export function isLast(token: number, length: number, settings: DecodingSettings): boolean {
  return token === settings.endToken || length >= settings.longestTarget;
}

/** Reads the prefix. What it returns may be complete: ended, or as long as can be. */
export async function readPrefix<Rows>(
  session: DecoderSession<Rows>,
  settings: DecodingSettings,
  { prefix = [], signal, onStep }: SearchOptions<Rows>,
): Promise<{ beam: Beam<Rows>; complete: boolean }> {
  let beam: Beam<Rows> = { last: null, read: [settings.startToken] };
  for (const token of prefix) {
    const [seen] = await predict(session, [beam], settings, signal);
    if (seen === undefined) break;
    beam = extend(beam, token, seen);
    if (beam.last !== null) onStep?.(beam.last);
    if (isLast(token, beam.read.length, settings)) return { beam, complete: true };
  }
  return { beam, complete: false };
}
