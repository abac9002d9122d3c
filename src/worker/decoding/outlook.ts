import type { LogitSummary } from '../models/translation-model.ts';
import {
  bestScored,
  excludedTokens,
  mustEnd,
  type NextScores,
  type ScoredToken,
  scoreNext,
} from './scores.ts';
import type { DecodingSettings } from './settings.ts';

/** What a search asks of the next token; `NextScores` says what the words mean. */
export interface Outlook {
  readonly logProbability: (token: number) => number;
  readonly score: (token: number) => number;
  /** Tokens that may be chosen, best first; of equals the one with the smaller id comes first. */
  readonly best: (count: number) => readonly ScoredToken[];
}

/**
 * @param logits read only where the summary says too little
 * @param summary saves looking at every logit, where it says enough
 * @param read the tokens read so far, with the start token
 */
export function outlook(
  logits: () => Float32Array,
  summary: LogitSummary | null,
  read: readonly number[],
  settings: DecodingSettings,
): Outlook {
  return summary === null || settings.renormalise || mustEnd(read, settings)
    ? fullOutlook(scoreNext(logits(), read, settings))
    : shortOutlook(logits, summary, read, settings);
}

function fullOutlook({ logProbabilities, scores }: NextScores): Outlook {
  return {
    logProbability: (token) => logProbabilities[token] ?? -Infinity,
    score: (token) => scores[token] ?? -Infinity,
    best: (count) => bestScored(scores, count),
  };
}

function shortOutlook(
  logits: () => Float32Array,
  { normaliser, best: largest, isAll, logit }: LogitSummary,
  read: readonly number[],
  settings: DecodingSettings,
): Outlook {
  const excluded = excludedTokens(read, settings);
  const logProbability = (token: number): number => Math.fround(logit(token) - normaliser);
  const score = (token: number): number =>
    excluded.has(token) ? -Infinity : logProbability(token);
  const allowed = largest.filter((token) => !excluded.has(token));
  return {
    logProbability,
    score,
    best: (count) => {
      const isEnough = allowed.length >= count || isAll;
      if (!isEnough) return fullOutlook(scoreNext(logits(), read, settings)).best(count);
      return allowed.slice(0, count).map((token) => ({ token, score: score(token) }));
    },
  };
}
