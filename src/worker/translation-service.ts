/** The calls of the protocol that translate: several models side by side, and their traces. */
import type { RunSlot } from '../engine/protocol.ts';
import type {
  SentenceResult,
  TranslationCalls,
  TranslationNews,
  TranslationRun,
} from '../engine/translation-protocol.ts';
import type { CallContext, Handlers } from './call-context.ts';
import { fail } from './failure.ts';
import { LoadedTranslators, type TranslatorLoading } from './loaded-translators.ts';
import { compileChanges } from './models/attention-changes.ts';
import { nextTurn } from './next-turn.ts';
import { Overtaking } from './overtaking.ts';
import type { SearchListening } from './sentence-search.ts';
import { readEncoderHead, readStack } from './stack-attention.ts';
import type { TraceStore } from './trace-store.ts';
import { measureHeadImportance } from './translation-importance.ts';
import type { LensContext, LensedSentence } from './translation-lenses/lens.ts';
import { findTranslationLens } from './translation-lenses/registry.ts';
import { describeSentence, newsOf } from './translation-result.ts';
import { type SentenceTrace, TranslationTrace } from './translation-trace.ts';
import type { Translator } from './translator.ts';

type Args<C extends keyof TranslationCalls> = TranslationCalls[C]['args'];
type Result<C extends keyof TranslationCalls> = Promise<TranslationCalls[C]['result']>;

/** A translation's trace and what made it. */
export interface KeptTranslation {
  readonly trace: TranslationTrace;
  readonly translator: Translator;
  readonly dispose: () => void;
}

export interface TranslationServiceOptions extends TranslatorLoading {
  readonly traces: TraceStore<KeptTranslation>;
}

/** Between two pieces of news of a translation: about a frame. */
const NEWS_MS = 16;

export class TranslationService {
  readonly models: LoadedTranslators;
  readonly #options: TranslationServiceOptions;
  readonly #overtaking = new Overtaking<RunSlot>();

  constructor(options: TranslationServiceOptions) {
    this.#options = options;
    this.models = new LoadedTranslators(options);
  }

  readonly loadTranslationModel: Handlers['loadTranslationModel'] = (args, context) =>
    this.models.load(args, context);

  readonly translate = async (
    { model, text, beamCount, slot, isOneSentence = false, isQuiet = false }: Args<'translate'>,
    context: CallContext,
  ): Result<'translate'> => {
    const { now } = this.#options;
    const begin = now();
    let firstTokenMs: number | null = null;
    const onNews = (news: TranslationNews): void => {
      if (news.type === 'steps') firstTokenMs ??= now() - begin;
      context.onNews(news);
    };
    const run = await this.#run(model, slot, context.signal, (translator, signal) => {
      const listening = isQuiet ? {} : this.#listening(translator, onNews);
      return translator.translate(text, { beamCount, isOneSentence, signal, ...listening });
    });
    const runMs = now() - begin;
    return { ...run, runMs, firstTokenMs: firstTokenMs ?? runMs };
  };

  readonly forceText = async (
    { model, source, target, slot }: Args<'forceText'>,
    context: CallContext,
  ): Result<'forceText'> => {
    const { now } = this.#options;
    const begin = now();
    const run = await this.#run(model, slot, context.signal, async (translator) => {
      const sentence = await translator.force(translator.source.readSentence(source), target);
      return new TranslationTrace([sentence]);
    });
    const runMs = now() - begin;
    return { ...run, runMs, firstTokenMs: runMs };
  };

  readonly continueFrom = (
    { run, sentence, prefix, beamCount }: Args<'continueFrom'>,
    context: CallContext,
  ): Result<'continueFrom'> =>
    this.#replace(run, sentence, context.signal, ({ translator, trace }, signal) => {
      const options = { beamCount, signal, ...this.#listening(translator, context.onNews) };
      return translator.continueFrom(trace.sentence(sentence).source, prefix, options, sentence);
    });

  readonly forceTarget = (
    { run, sentence, target }: Args<'forceTarget'>,
    { signal }: CallContext,
  ): Result<'forceTarget'> =>
    this.#replace(run, sentence, signal, ({ translator, trace }) =>
      translator.force(trace.sentence(sentence).source, target),
    );

  readonly readStack = (
    { run, sentence, hypothesis, stack }: Args<'readStack'>,
    { signal }: CallContext,
  ): Result<'readStack'> =>
    this.#options.supervisor.guard(signal, () =>
      this.#options.traces.use(run, ({ trace }) =>
        readStack(trace.sentence(sentence), stack, hypothesis),
      ),
    );

  readonly applyTranslationLens = (
    request: Args<'applyTranslationLens'>,
    context: CallContext,
  ): Result<'applyTranslationLens'> =>
    this.#look(request, context, (of, lensContext) =>
      findTranslationLens(request.lens, of.translator.model.shape).apply(of, request, lensContext),
    );

  readonly translationHeadImportance = (
    args: Args<'translationHeadImportance'>,
    context: CallContext,
  ): Result<'translationHeadImportance'> => this.#look(args, context, measureHeadImportance);

  readonly translateChanged = async (
    args: Args<'translateChanged'>,
    context: CallContext,
  ): Result<'translateChanged'> => {
    const { now } = this.#options;
    const begin = now();
    const wanted = this.#overtaking.begin('changed', context.signal);
    const result = await this.#useTrace(args.run, wanted, (kept, signal) =>
      this.#translateChanged(kept, args, signal),
    );
    return { ...result, runMs: now() - begin };
  };

  async #translateChanged(
    { trace, translator }: KeptTranslation,
    { sentence, hypothesis, changes, beamCount }: Args<'translateChanged'>,
    signal: AbortSignal,
  ): Promise<Omit<TranslationCalls['translateChanged']['result'], 'runMs'>> {
    const { traces } = this.#options;
    const base = trace.sentence(sentence);
    const old = base.hypotheses[hypothesis] ?? fail('bad-request', 'There is no such hypothesis.');
    const compiled = await compileChanges(
      changes,
      translator.model.shape,
      base.encoded.tokenCount,
      (other, layer, head, tokenCount) =>
        traces.use(other, (kept) =>
          readEncoderHead(kept.trace.sentence(sentence), layer, head, tokenCount),
        ),
    );
    signal.throwIfAborted();
    const made = await translator.translateChanged(base, old, compiled, { beamCount, signal });
    const described = describeSentence(translator, made.trace);
    const run = this.#keep(translator, new TranslationTrace([made.trace]), 'changed');
    return {
      run,
      sentence: { ...described, hypotheses: described.hypotheses.slice(0, -1) },
      oldTarget: described.hypotheses.at(-1) ?? fail('internal', 'The old target was not scored.'),
      tokens: made.tokens,
    };
  }

  /** Makes the newest trace of a slot and keeps it; what was under way there is cancelled. */
  #run(
    model: string,
    slot: RunSlot,
    signal: AbortSignal,
    make: (translator: Translator, signal: AbortSignal) => Promise<TranslationTrace>,
  ): Promise<Pick<TranslationRun, 'run' | 'model' | 'sentences'>> {
    const { queue, supervisor } = this.#options;
    const wanted = this.#overtaking.begin(slot, signal);
    return queue.run(() =>
      supervisor.guard(wanted, async (guarded) => {
        const translator = this.models.use(model);
        const trace = await make(translator, guarded);
        const sentences = trace.sentences.map((sentence) => describeSentence(translator, sentence));
        return { run: this.#keep(translator, trace, slot), model, sentences };
      }),
    );
  }

  #keep(translator: Translator, trace: TranslationTrace, slot: RunSlot): number {
    return this.#options.traces.add({ trace, translator, dispose: () => trace.dispose() }, slot);
  }

  /** Works on a sentence of a run step by step, with progress, until it is cancelled. */
  #look<T>(
    { run, sentence, hypothesis }: { run: number; sentence: number; hypothesis: number },
    { signal, onProgress }: CallContext,
    look: (of: LensedSentence, context: LensContext) => Promise<T>,
  ): Promise<T> {
    return this.#useTrace(run, signal, ({ trace, translator }, guarded) => {
      const onStep = async (done: number, total: number): Promise<void> => {
        onProgress({ stage: 'lens', done, total });
        await nextTurn();
        guarded.throwIfAborted();
      };
      return look({ translator, sentence: trace.sentence(sentence), hypothesis }, { onStep });
    });
  }

  /** Puts a new trace in a sentence's place. */
  #replace(
    run: number,
    sentence: number,
    signal: AbortSignal,
    make: (kept: KeptTranslation, signal: AbortSignal) => Promise<SentenceTrace>,
  ): Promise<SentenceResult> {
    return this.#useTrace(run, signal, async (kept, guarded) => {
      kept.trace.replace(sentence, await make(kept, guarded));
      return describeSentence(kept.translator, kept.trace.sentence(sentence));
    });
  }

  /** Works with a run's trace while nothing else has the device. */
  #useTrace<T>(
    run: number,
    signal: AbortSignal,
    work: (kept: KeptTranslation, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { queue, supervisor, traces } = this.#options;
    return queue.run(() =>
      supervisor.guard(signal, (guarded) => traces.use(run, (kept) => work(kept, guarded))),
    );
  }

  #listening(
    translator: Translator,
    onNews: (news: TranslationNews) => void,
  ): Required<Pick<SearchListening, 'onEvent' | 'isNewsDue'>> {
    return {
      onEvent: (event) => onNews(newsOf(translator, event)),
      isNewsDue: newsGate(this.#options.now),
    };
  }
}

/** The first news at once, and then no more of it than the page can draw. */
function newsGate(now: () => number): () => boolean {
  let last = -Infinity;
  return () => {
    const time = now();
    if (time - last < NEWS_MS) return false;
    last = time;
    return true;
  };
}
