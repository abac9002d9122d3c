import type { DecodingSettings } from './settings.ts';

/** A token that may come next. */
export interface Candidate {
  readonly token: number;
  /** Natural logarithm of the probability that the model gives it. */
  readonly logProbability: number;
}

/** What a model says of the next token, and what a search makes of it. */
export interface NextScores {
  /** log softmax of the logits: the model's own word. */
  readonly logProbabilities: Float32Array;
  /**
   * What tokens are chosen by: a token that would complete a bad word has -Infinity, and at the
   * last position only the end is left.
   */
  readonly scores: Float32Array;
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
 * The token at each end of a bad word that the target has begun.
 * @param read the tokens read so far, with the start token
 */
export function excludedTokens(
  read: readonly number[],
  { badWords }: DecodingSettings,
): Set<number> {
  const excluded = new Set<number>();
  for (const word of badWords) {
    const beginning = word.slice(0, -1);
    const offset = read.length - beginning.length;
    if (offset < 0 || beginning.some((token, index) => read[offset + index] !== token)) continue;
    excluded.add(word.at(-1) ?? 0);
  }
  return excluded;
}

/** Whether the next token has to be the forced end. */
export function mustEnd(read: readonly number[], settings: DecodingSettings): boolean {
  return settings.forcedEndToken !== null && read.length === settings.longestTarget - 1;
}

/**
 * Scores the next token as `generate` does: bad words, the forced end, and a second softmax if the
 * checkpoint asks for it.
 * @param read the tokens read so far, with the start token
 */
export function scoreNext(
  logits: Float32Array,
  read: readonly number[],
  settings: DecodingSettings,
): NextScores {
  const logProbabilities = logSoftmax(logits);
  const scores = logProbabilities.slice();
  for (const token of excludedTokens(read, settings)) scores[token] = -Infinity;
  if (settings.forcedEndToken !== null && mustEnd(read, settings)) {
    scores.fill(-Infinity);
    scores[settings.forcedEndToken] = 0;
  }
  return { logProbabilities, scores: settings.renormalise ? logSoftmax(scores) : scores };
}

/** A token that may be chosen, and what it is chosen by. */
export interface ScoredToken {
  readonly token: number;
  readonly score: number;
}

/**
 * The tokens with the best scores, best first; of equals the one with the smaller id comes first.
 * Tokens that cannot be chosen are left out.
 */
export function bestScored(scores: Float32Array, count: number): ScoredToken[] {
  const best: ScoredToken[] = [];
  let worst = -Infinity;
  for (let token = 0; token < scores.length; token += 1) {
    const score = scores[token] ?? -Infinity;
    if (!(score > (best.length === count ? worst : -Infinity))) continue;
    let place = best.length;
    while (place > 0 && (best[place - 1]?.score ?? Infinity) < score) place -= 1;
    best.splice(place, 0, { token, score });
    if (best.length > count) best.pop();
    worst = best.at(-1)?.score ?? -Infinity;
  }
  return best;
}

/** The best of `bestScored`, with the model's own word of each. */
export function bestCandidates(
  { scores, logProbabilities }: NextScores,
  count: number,
): Candidate[] {
  return bestScored(scores, count).map(({ token }) => ({
    token,
    logProbability: logProbabilities[token] ?? -Infinity,
  }));
}
