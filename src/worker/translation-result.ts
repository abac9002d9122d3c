/** Translations as the protocol tells of them: results, and news while one is under way. */
import type {
  DecodingStep,
  SentenceResult,
  TranslationNews,
} from '../engine/translation-protocol.ts';
import type { Step } from './decoding/hypothesis.ts';
import type { AttentionRows } from './models/translation-model.ts';
import type { TranslationEvent } from './sentence-search.ts';
import type { SentenceTrace } from './translation-trace.ts';
import type { Translator } from './translator.ts';

/** A translated sentence, its candidates spelled in words. */
export function describeSentence(translator: Translator, sentence: SentenceTrace): SentenceResult {
  return {
    source: sentence.source,
    hypotheses: sentence.hypotheses.map(({ target, steps, score, finished }) => ({
      target,
      steps: steps.map((step) => describeStep(translator, step)),
      score,
      finished,
    })),
  };
}

/** Makes news of what a search tells. */
export function newsOf(translator: Translator, event: TranslationEvent): TranslationNews {
  if (event.type === 'sentence') return event;
  const { type, sentence, kept, added, target } = event;
  return {
    type,
    sentence,
    kept,
    added: added.map((step) => describeStep(translator, step)),
    rows: added.map(({ rows }) => rows.cross),
    target,
  };
}

function describeStep(translator: Translator, step: Step<AttentionRows>): DecodingStep {
  const { token, logProbability, candidates } = step;
  return {
    token,
    logProbability,
    candidates: candidates.map((candidate) => ({
      token: candidate.token,
      text: translator.tokenizer.read(candidate.token),
      probability: Math.exp(candidate.logProbability),
    })),
  };
}
