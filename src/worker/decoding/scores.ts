import type { DecodingSettings } from './settings.ts';

/** A token that may come next. */
export interface Candidate {
  readonly token: number;
  /** Natural logarithm of its probability. */
  readonly logProbability: number;
}

/** log softmax, summed in double precision. */
export function logSoftmax(logits: Float32Array): Float32Array {
  let largest = -Infinity;
  for (const logit of logits) if (logit > largest) largest = logit;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  const normaliser = largest + Math.log(sum);
  return logits.map((logit) => logit - normaliser);
}

/**
 * Log probabilities of the next token, as the checkpoint's settings bend them: a token that would
 * complete a bad word gets -Infinity, and at the last position only the end is left.
 * @param read the tokens read so far, with the start token
 */
export function scoreNext(
  logits: Float32Array,
  read: readonly number[],
  settings: DecodingSettings,
): Float32Array {
  const scores = logSoftmax(logits);
  for (const word of settings.badWords) {
    const beginning = word.slice(0, -1);
    const offset = read.length - beginning.length;
    if (offset < 0 || beginning.some((token, index) => read[offset + index] !== token)) continue;
    scores[word.at(-1) ?? 0] = -Infinity;
  }
  if (settings.forcedEndToken !== null && read.length === settings.longestTarget - 1) {
    scores.fill(-Infinity);
    scores[settings.forcedEndToken] = 0;
  }
  return settings.renormalise ? logSoftmax(scores) : scores;
}

/** The best tokens, best first; of equals the one with the smaller id comes first. */
export function bestCandidates(scores: Float32Array, count: number): Candidate[] {
  const best: Candidate[] = [];
  let worst = -Infinity;
  for (let token = 0; token < scores.length; token += 1) {
    const logProbability = scores[token] ?? -Infinity;
    if (best.length === count && !(logProbability > worst)) continue;
    let place = best.length;
    while (place > 0 && (best[place - 1]?.logProbability ?? Infinity) < logProbability) place -= 1;
    best.splice(place, 0, { token, logProbability });
    if (best.length > count) best.pop();
    worst = best.at(-1)?.logProbability ?? -Infinity;
  }
  return best;
}
