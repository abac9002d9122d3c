import type { BestAlignment, ForcedChange } from '../engine/translation-protocol.ts';
import { searchBeams } from './decoding/beam-search.ts';
import { forceDecode, forcedInputs, scoreForced } from './decoding/forced.ts';
import { searchGreedily } from './decoding/greedy.ts';
import type { Hypothesis, Step } from './decoding/hypothesis.ts';
import type { DecodingSettings } from './decoding/settings.ts';
import { StepStream } from './decoding/step-stream.ts';
import { fail } from './failure.ts';
import type { ModelChanges } from './models/attention-changes.ts';
import type { AttentionRows, EncodedSource, TranslationModel } from './models/translation-model.ts';
import { splitSentences, splitToFit } from './text/sentences.ts';
import { languageCodeOf, type TextTokenizer, type TokenizedText } from './text/tokenized-text.ts';
import { checkTypedText, repairSurrogates } from './text/typed-text.ts';
import { trimSpan, type Span } from './text/words.ts';
import { compareForced } from './translation-distance.ts';
import {
  SentenceTrace,
  type TracedHypothesis,
  traceHypothesis,
  TranslationTrace,
} from './translation-trace.ts';

/** The most hypotheses that are followed at once. */
export const MOST_BEAMS = 8;

export interface TranslateOptions {
  /** 1 for greedy decoding, up to 8. */
  readonly beamCount: number;
  /** Instead of the checkpoint's own. */
  readonly lengthPenalty?: number;
  /** Takes the text as one sentence, as an evaluation does, unless it is too long for the model. */
  readonly isOneSentence?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TranslationEvent) => void;
  /** Asked after each token whether its steps are wanted by now, or with those to come; absent: now. */
  readonly isNewsDue?: () => boolean;
}

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

/** A loaded checkpoint that translates: its model, its vocabulary and how it wants to be decoded. */
export class Translator {
  readonly model: TranslationModel;
  readonly tokenizer: TextTokenizer;
  readonly settings: DecodingSettings;
  readonly bestAlignment: BestAlignment | null;
  /** Tokens in front of every source: a target language's. */
  readonly #leading: readonly string[];

  constructor(
    model: TranslationModel,
    tokenizer: TextTokenizer,
    settings: DecodingSettings,
    leading: readonly string[] = [],
    bestAlignment: BestAlignment | null = null,
  ) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.settings = settings;
    this.#leading = leading;
    this.bestAlignment = bestAlignment;
  }

  /**
   * Splits a typed text into sentences that the model can read, each as tokens. Spans are positions
   * in the whole text.
   * @param isOneSentence splits only what is too long for the model
   * @throws HeedFailure `text-invalid` for a text that is blank, too long, or holds a word that is
   *   too long for the model
   */
  readText(typed: string, isOneSentence = false): TokenizedText[] {
    const text = checkTypedText(typed);
    const code = this.#codeOf(text);
    const encode = ([start, end]: Span): TokenizedText => {
      const part = text.slice(start, end);
      // What the first sentence is to become, the others are, too.
      const isCoded = code === null || languageCodeOf(part) !== null;
      return this.tokenizer.encode(part, isCoded ? this.#leading : [code, ...this.#leading]);
    };
    const { longestSource } = this.model.shape;
    const fits = (span: Span): boolean => encode(span).ids.length <= longestSource;
    const sentences = isOneSentence
      ? [trimSpan(text, [0, text.length])]
      : splitSentences(text, 'en');
    return sentences.flatMap((sentence) => {
      const parts = splitToFit(text, sentence, fits);
      if (parts === null) {
        return fail(
          'text-invalid',
          `A word is too long: the model reads ${longestSource} pieces at once, and it becomes more.`,
          text.slice(...sentence),
        );
      }
      return parts.map((part) => shift(encode(part), text, part[0]));
    });
  }

  /** The language code that a text begins with, if the vocabulary has it. */
  #codeOf(text: string): string | null {
    const code = languageCodeOf(text.trimStart());
    return code !== null && this.tokenizer.languageCodes.includes(code) ? code : null;
  }

  /**
   * A typed text as one sentence.
   * @throws HeedFailure `text-invalid` as `readText`, or if the model cannot read it at once
   */
  readSentence(typed: string): TokenizedText {
    const [sentence, ...others] = this.readText(typed, true);
    if (sentence !== undefined && others.length === 0) return sentence;
    const { longestSource } = this.model.shape;
    return fail(
      'text-invalid',
      `The sentence is too long: the model reads ${longestSource} pieces at once, and it becomes more.`,
    );
  }

  /**
   * Translates a typed text sentence by sentence.
   * @returns a trace, which is the caller's to dispose of
   * @throws HeedFailure as `readText`, or `bad-request` for beams out of range; the signal's reason
   */
  async translate(typed: string, options: TranslateOptions): Promise<TranslationTrace> {
    const sources = this.readText(typed, options.isOneSentence);
    const settings = this.#settingsFor(options);
    const done: SentenceTrace[] = [];
    try {
      for (const [sentence, source] of sources.entries()) {
        options.signal?.throwIfAborted();
        options.onEvent?.({ type: 'sentence', sentence, sentenceCount: sources.length, source });
        const encoded = this.model.encode(source.ids);
        done.push(await this.#search({ source, encoded, sentence, settings, options, prefix: [] }));
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
    return this.#search({ source, encoded, sentence, settings, options, prefix });
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
    const found = await this.#search({
      source,
      encoded,
      sentence: 0,
      settings,
      options,
      prefix: [],
    });
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

  async #search({
    source,
    encoded,
    sentence,
    settings,
    options,
    prefix,
  }: Search): Promise<SentenceTrace> {
    const stream = new StepStream<AttentionRows>();
    const decode = (ids: readonly number[]): TokenizedText => this.tokenizer.decode(ids);
    const tell = (last: Step<AttentionRows>): void => {
      if (options.onEvent === undefined) return;
      const known = stream.tokens.length;
      const change = stream.advance(last);
      if (change.kept === known && change.added.length === 0) return;
      const target = decode(stream.tokens);
      options.onEvent({ type: 'steps', sentence, ...change, target });
    };
    const onStep = (last: Step<AttentionRows>): void => {
      if (options.isNewsDue?.() ?? true) tell(last);
    };
    const session = encoded.begin();
    try {
      const search = { prefix, onStep, ...(options.signal && { signal: options.signal }) };
      const found: Hypothesis<AttentionRows>[] =
        settings.beamCount === 1
          ? [await searchGreedily(session, settings, search)]
          : await searchBeams(session, settings, search);
      const traced = found.map((hypothesis) => traceHypothesis(hypothesis, decode));
      const best = found[0]?.last;
      if (best) tell(best);
      return new SentenceTrace(this.model.shape, source, encoded, traced);
    } catch (error) {
      encoded.dispose();
      throw error;
    } finally {
      session.dispose();
    }
  }
}

interface Search {
  readonly source: TokenizedText;
  readonly encoded: EncodedSource;
  readonly sentence: number;
  readonly settings: DecodingSettings;
  readonly options: TranslateOptions;
  readonly prefix: readonly number[];
}

/** A part's tokens, with their places in the whole text. */
function shift(part: TokenizedText, text: string, offset: number): TokenizedText {
  const spans = part.spans.map(([start, end]): Span => [start + offset, end + offset]);
  return { ...part, text, spans };
}
