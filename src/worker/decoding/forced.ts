import type { AttentionRows, EncodedSource, ForcedOutput } from '../models/translation-model.ts';
import type { Hypothesis, Step } from './hypothesis.ts';
import { bestCandidates, scoreNext } from './scores.ts';
import { CANDIDATE_COUNT } from './search.ts';
import type { DecodingSettings } from './settings.ts';

/**
 * Scores a target that is given, token by token, in one pass. Any token may stand in it; a
 * token that is never chosen has the probability that the model gives it.
 * @param target with its end token, if it has one
 */
export async function forceDecode(
  source: EncodedSource,
  target: readonly number[],
  settings: DecodingSettings,
): Promise<Hypothesis<AttentionRows>> {
  if (target.length === 0) return { last: null, score: 0, finished: false };
  return scoreForced(await source.force(forcedInputs(target, settings)), target, settings);
}

/** What the decoder reads for a given target: the start token, then all of it but its last. */
export function forcedInputs(
  target: readonly number[],
  { startToken }: DecodingSettings,
): readonly number[] {
  return [startToken, ...target.slice(0, -1)];
}

/** Scores a given target from the decoder's output for it; `forceDecode` in two steps. */
export function scoreForced(
  { logits, rows }: ForcedOutput,
  target: readonly number[],
  settings: DecodingSettings,
): Hypothesis<AttentionRows> {
  const inputs = forcedInputs(target, settings);
  const size = logits.length / inputs.length;
  const unforced = { ...settings, forcedEndToken: null };
  let last: Step<AttentionRows> | null = null;
  let sum = 0;
  for (const [position, token] of target.entries()) {
    const row = rows[position];
    if (row === undefined)
      throw new RangeError(`position ${position} of ${rows.length} has no rows`);
    const logitsHere = logits.subarray(position * size, (position + 1) * size);
    const next = scoreNext(logitsHere, inputs.slice(0, position + 1), unforced);
    const logProbability: number = next.logProbabilities[token] ?? -Infinity;
    const candidates = bestCandidates(next, CANDIDATE_COUNT);
    last = { token, logProbability, candidates, rows: row, previous: last };
    sum += logProbability;
  }
  const score = sum / target.length ** settings.lengthPenalty;
  return { last, score, finished: target.at(-1) === settings.endToken };
}
