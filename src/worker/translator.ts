import type { BestAlignment, ForcedChange } from '../engine/translation-protocol.ts';
import { forceDecode, forcedInputs, scoreForced } from './decoding/forced.ts';
import type { DecodingSettings } from './decoding/settings.ts';
import { fail } from './failure.ts';
import type { ModelChanges } from './models/attention-changes.ts';
import type { TranslationModel } from './models/translation-model.ts';
import { type SearchListening, searchSentence } from './sentence-search.ts';
import { SourceReader } from './text/source-reader.ts';
import type { TextTokenizer, TokenizedText } from './text/tokenized-text.ts';
import { repairSurrogates } from './text/typed-text.ts';
import { compareForced } from './translation-distance.ts';
import {
  SentenceTrace,
  type TracedHypothesis,
  traceHypothesis,
  TranslationTrace,
} from './translation-trace.ts';

/** The most hypotheses that are followed at once. */
export const MOST_BEAMS = 8;

export interface TranslateOptions extends SearchListening {
  /** 1 for greedy decoding, up to 8. */
  readonly beamCount: number;
  /** Instead of the checkpoint's own. */
  readonly lengthPenalty?: number;
  /** Takes the text as one sentence, as an evaluation does, unless it is too long for the model. */
  readonly isOneSentence?: boolean;
}

/** A loaded checkpoint that translates: its model, its vocabulary and how it wants to be decoded. */
export class Translator {
  readonly model: TranslationModel;
  readonly tokenizer: TextTokenizer;
  readonly settings: DecodingSettings;
  readonly bestAlignment: BestAlignment | null;
  /** What reads a person's text for the model. */
  readonly source: SourceReader;

  constructor(
    model: TranslationModel,
    tokenizer: TextTokenizer,
    settings: DecodingSettings,
    bestAlignment: BestAlignment | null = null,
  ) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.settings = settings;
    this.bestAlignment = bestAlignment;
    this.source = new SourceReader(tokenizer, model.shape.longestSource);
  }

  /**
   * Translates a typed text sentence by sentence.
   * @returns a trace, which is the caller's to dispose of
   * @throws HeedFailure as `SourceReader.readText`, or `bad-request` for beams out of range; the
   *   signal's reason
   */
  async translate(typed: string, options: TranslateOptions): Promise<TranslationTrace> {
    const sources = this.source.readText(typed, options.isOneSentence);
    const settings = this.#settingsFor(options);
    const done: SentenceTrace[] = [];
    try {
      for (const [sentence, source] of sources.entries()) {
        options.signal?.throwIfAborted();
        options.onEvent?.({ type: 'sentence', sentence, sentenceCount: sources.length, source });
        const encoded = this.model.encode(source.ids);
        done.push(
          await searchSentence(this, { source, encoded, sentence, settings, prefix: [] }, options),
        );
      }
      return new TranslationTrace(done);
    } catch (error) {
      for (const trace of done) trace.dispose();
      throw error;
    }
  }

  /**
   * Translates a sentence again from a target that begins with the prefix: the person took another
   * token. The source is read again, so that the trace stands by itself.
   * @param prefix target tokens
   */
  async continueFrom(
    source: TokenizedText,
    prefix: readonly number[],
    options: TranslateOptions,
    sentence = 0,
  ): Promise<SentenceTrace> {
    this.#checkTokens(prefix);
    const settings = this.#settingsFor(options);
    const encoded = this.model.encode(source.ids);
    return searchSentence(this, { source, encoded, sentence, settings, prefix }, options);
  }

  /**
   * Scores a target that the person wrote: its log probabilities and its attention.
   * @throws HeedFailure `text-invalid` for a blank source, or a text that the model cannot take
   *   as one sentence
   */
  async force(source: TokenizedText, typedTarget: string): Promise<SentenceTrace> {
    const target = this.tokenizer.encodeTarget(repairSurrogates(typedTarget));
    this.#checkTokens(target.ids);
    const encoded = this.model.encode(source.ids);
    try {
      const forced = await forceDecode(encoded, target.ids, this.settings);
      const traced = { ...traceHypothesis(forced, () => target) };
      return new SentenceTrace(this.model.shape, source, encoded, [traced]);
    } catch (error) {
      encoded.dispose();
      throw error;
    }
  }

  /**
   * Translates a sentence with changes, and scores an old target with them. The trace's hypotheses
   * are the new ones, and after them the old target.
   * @param base the sentence as it was read without the changes
   * @throws the signal's reason
   */
  async translateChanged(
    base: SentenceTrace,
    old: TracedHypothesis,
    changes: ModelChanges | null,
    options: TranslateOptions,
  ): Promise<{ readonly trace: SentenceTrace; readonly tokens: ForcedChange[] }> {
    const settings = this.#settingsFor(options);
    const { source } = base;
    const target = old.steps.map(({ token }) => token);
    const encoded = this.model.encode(source.ids, changes);
    const search = { source, encoded, sentence: 0, settings, prefix: [] };
    const found = await searchSentence(this, search, options);
    try {
      if (target.length === 0) return { trace: found, tokens: [] };
      const inputs = forcedInputs(target, settings);
      const [before, after] = [await base.encoded.force(inputs), await encoded.force(inputs)];
      options.signal?.throwIfAborted();
      const forced = traceHypothesis(scoreForced(after, target, settings), () => old.target);
      const hypotheses = [...found.hypotheses, forced];
      return {
        trace: new SentenceTrace(this.model.shape, source, encoded, hypotheses),
        tokens: compareForced(before, after, target),
      };
    } catch (error) {
      found.dispose();
      throw error;
    }
  }

  dispose(): void {
    this.model.dispose();
  }

  #settingsFor({ beamCount, lengthPenalty }: TranslateOptions): DecodingSettings {
    if (!(Number.isInteger(beamCount) && beamCount >= 1 && beamCount <= MOST_BEAMS)) {
      fail('bad-request', `The number of beams is from 1 to ${MOST_BEAMS}.`, `got ${beamCount}`);
    }
    return {
      ...this.settings,
      beamCount,
      lengthPenalty: lengthPenalty ?? this.settings.lengthPenalty,
    };
  }

  #checkTokens(tokens: readonly number[]): void {
    const { targetVocabularySize } = this.model.shape;
    for (const token of tokens) {
      if (!(Number.isInteger(token) && token >= 0 && token < targetVocabularySize)) {
        fail('bad-request', 'There is no such token.', `${token} of ${targetVocabularySize}`);
      }
    }
    if (tokens.length >= this.settings.longestTarget) {
      fail(
        'text-invalid',
        `The target is too long: it has ${tokens.length} tokens, and the model writes ${this.settings.longestTarget - 1}.`,
      );
    }
  }
}
