import type { AttentionRows, EncodedSource } from '../models/translation-model.ts';
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
  const inputs = [settings.startToken, ...target.slice(0, -1)];
  const { logits, rows } = await source.force(inputs);
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
