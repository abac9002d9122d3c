import { searchBeams } from './decoding/beam-search.ts';
import { searchGreedily } from './decoding/greedy.ts';
import type { Hypothesis, Step } from './decoding/hypothesis.ts';
import type { DecodingSettings } from './decoding/settings.ts';
import { StepStream } from './decoding/step-stream.ts';
import type { AttentionRows, EncodedSource, TranslationModel } from './models/translation-model.ts';
import type { TextTokenizer, TokenizedText } from './text/tokenized-text.ts';
import { SentenceTrace, traceHypothesis } from './translation-trace.ts';

/** What a translation says while it is under way. */
export type TranslationEvent =
  | {
      readonly type: 'sentence';
      readonly sentence: number;
      readonly sentenceCount: number;
      /** Spans are positions in the whole text. */
      readonly source: TokenizedText;
    }
  | {
      readonly type: 'steps';
      readonly sentence: number;
      /** Steps of the sentence that stand; the others are taken back. */
      readonly kept: number;
      readonly added: readonly Step<AttentionRows>[];
      /** The sentence's best translation so far. */
      readonly target: TokenizedText;
    };

/** Who hears of a search, and what ends it. */
export interface SearchListening {
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TranslationEvent) => void;
  /** Asked after each token whether its steps are wanted by now, or with those to come; absent: now. */
  readonly isNewsDue?: () => boolean;
}

/** What searches: a model and the vocabulary that it writes in. */
export interface SearchingModel {
  readonly model: TranslationModel;
  readonly tokenizer: TextTokenizer;
}

/** A sentence to be translated. */
export interface SentenceSearch {
  readonly source: TokenizedText;
  readonly encoded: EncodedSource;
  /** Its place in the text. */
  readonly sentence: number;
  readonly settings: DecodingSettings;
  /** Target tokens that every hypothesis begins with. */
  readonly prefix: readonly number[];
}

/**
 * Searches a sentence's best translations, greedily for one beam, and tells of each step.
 * @returns a trace, which owns the encoded source
 * @throws the signal's reason; the encoded source is then disposed of
 */
export async function searchSentence(
  { model, tokenizer }: SearchingModel,
  { source, encoded, sentence, settings, prefix }: SentenceSearch,
  { signal, onEvent, isNewsDue }: SearchListening,
): Promise<SentenceTrace> {
  const stream = new StepStream<AttentionRows>();
  const decode = (ids: readonly number[]): TokenizedText => tokenizer.decode(ids);
  const tell = (last: Step<AttentionRows>): void => {
    if (onEvent === undefined) return;
    const known = stream.tokens.length;
    const change = stream.advance(last);
    if (change.kept === known && change.added.length === 0) return;
    onEvent({ type: 'steps', sentence, ...change, target: decode(stream.tokens) });
  };
  const onStep = (last: Step<AttentionRows>): void => {
    if (isNewsDue?.() ?? true) tell(last);
  };
  const session = encoded.begin();
  try {
    const search = { prefix, onStep, ...(signal && { signal }) };
    const found: Hypothesis<AttentionRows>[] =
      settings.beamCount === 1
        ? [await searchGreedily(session, settings, search)]
        : await searchBeams(session, settings, search);
    const traced = found.map((hypothesis) => traceHypothesis(hypothesis, decode));
    const best = found[0]?.last;
    if (best) tell(best);
    return new SentenceTrace(model.shape, source, encoded, traced);
  } catch (error) {
    encoded.dispose();
    throw error;
  } finally {
    session.dispose();
  }
}
