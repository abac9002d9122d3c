/** The calls of the protocol that translate: several models side by side, and their traces. */
import type { RunSlot } from '../engine/protocol.ts';
import type {
  DecodingStep,
  SentenceResult,
  StackAttention,
  TranslationCalls,
  TranslationModelInfo,
  TranslationNews,
  TranslationRun,
} from '../engine/translation-protocol.ts';
import type { BackendSupervisor } from './backend/supervisor.ts';
import type { CallContext, WorkContext } from './call-context.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import type { Step } from './decoding/hypothesis.ts';
import { fail } from './failure.ts';
import type { AttentionRows } from './models/translation-model.ts';
import type { Platform } from './platform.ts';
import type { SerialQueue } from './serial-queue.ts';
import type { TraceStore } from './trace-store.ts';
import { type LoadedTranslator, loadTranslationModel } from './translation-loader.ts';
import { type SentenceTrace, TranslationTrace } from './translation-trace.ts';
import type { TranslateOptions, TranslationEvent, Translator } from './translator.ts';

type Args<C extends keyof TranslationCalls> = TranslationCalls[C]['args'];
type Result<C extends keyof TranslationCalls> = Promise<TranslationCalls[C]['result']>;

/** A translation's trace and what made it. */
export interface KeptTranslation {
  readonly trace: TranslationTrace;
  readonly translator: Translator;
  readonly dispose: () => void;
}

export interface TranslationServiceOptions {
  readonly now: Platform['now'];
  readonly openSource: () => Promise<FileSource>;
  readonly supervisor: BackendSupervisor;
  readonly queue: SerialQueue;
  readonly traces: TraceStore<KeptTranslation>;
}

/** Two models to compare, and the one that was looked at before. */
const keptModelCount = 3;

export class TranslationService {
  readonly #options: TranslationServiceOptions;
  /** By address, the one used last at the end. */
  readonly #loaded = new Map<string, LoadedTranslator>();
  readonly #latest = new Map<RunSlot, AbortController>();

  constructor(options: TranslationServiceOptions) {
    this.#options = options;
  }

  readonly loadTranslationModel = async (
    { address }: Args<'loadTranslationModel'>,
    context: CallContext,
  ): Result<'loadTranslationModel'> => {
    const { queue, supervisor } = this.#options;
    return queue.run(async () => {
      const known = this.#loaded.get(address);
      if (known !== undefined) return known.info;
      return supervisor.guard(context.signal, (signal) =>
        this.#load(address, { ...context, signal }),
      );
    });
  };

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
      const onEvent = eventListener(translator, onNews);
      const options = { beamCount, isOneSentence, signal, ...(!isQuiet && { onEvent }) };
      return translator.translate(text, options);
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
      const sentence = await translator.force(translator.readSentence(source), target);
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
      const onEvent = eventListener(translator, context.onNews);
      const options: TranslateOptions = { beamCount, signal, onEvent };
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

  /** Disposes of all that lies on a device that is about to go. */
  releaseDevice(): void {
    this.#options.traces.clear();
    for (const { translator } of this.#loaded.values()) translator.dispose();
  }

  /** Puts the models that were in use on a new device. */
  async restore(): Promise<void> {
    const addresses = [...this.#loaded.keys()];
    this.#loaded.clear();
    const { signal } = new AbortController();
    for (const address of addresses) await this.#load(address, { signal, onProgress: () => {} });
  }

  /** Forgets what lay on a device that is gone. */
  forget(): void {
    this.#loaded.clear();
  }

  async #load(address: string, context: WorkContext): Promise<TranslationModelInfo> {
    const { now, openSource } = this.#options;
    const loaded = await loadTranslationModel(address, await openSource(), now, context);
    this.#loaded.set(address, loaded);
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size > keptModelCount && oldest !== undefined) {
      this.#loaded.get(oldest)?.translator.dispose();
      this.#loaded.delete(oldest);
    }
    return loaded.info;
  }

  /** Makes the newest trace of a slot and keeps it; what was under way there is cancelled. */
  #run(
    model: string,
    slot: RunSlot,
    signal: AbortSignal,
    make: (translator: Translator, signal: AbortSignal) => Promise<TranslationTrace>,
  ): Promise<Pick<TranslationRun, 'run' | 'model' | 'sentences'>> {
    const { queue, supervisor, traces } = this.#options;
    this.#latest.get(slot)?.abort();
    const controller = new AbortController();
    this.#latest.set(slot, controller);
    const wanted = AbortSignal.any([signal, controller.signal]);
    return queue.run(() =>
      supervisor.guard(wanted, async (guarded) => {
        const { translator } = this.#use(model);
        const trace = await make(translator, guarded);
        const sentences = trace.sentences.map((sentence) => describeSentence(translator, sentence));
        const run = traces.add({ trace, translator, dispose: () => trace.dispose() }, slot);
        return { run, model, sentences };
      }),
    );
  }

  #use(address: string): LoadedTranslator {
    const loaded = this.#loaded.get(address);
    if (loaded === undefined)
      return fail('bad-request', 'This translation model has not been loaded.', address);
    this.#loaded.delete(address);
    this.#loaded.set(address, loaded);
    return loaded;
  }

  #replace(
    run: number,
    sentence: number,
    signal: AbortSignal,
    make: (kept: KeptTranslation, signal: AbortSignal) => Promise<SentenceTrace>,
  ): Promise<SentenceResult> {
    const { queue, supervisor, traces } = this.#options;
    return queue.run(() =>
      supervisor.guard(signal, (guarded) =>
        traces.use(run, async (kept) => {
          kept.trace.replace(sentence, await make(kept, guarded));
          return describeSentence(kept.translator, kept.trace.sentence(sentence));
        }),
      ),
    );
  }
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

function describeSentence(translator: Translator, sentence: SentenceTrace): SentenceResult {
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

function eventListener(
  translator: Translator,
  onNews: (news: TranslationNews) => void,
): (event: TranslationEvent) => void {
  return (event) => {
    if (event.type === 'sentence') {
      onNews(event);
      return;
    }
    const { type, sentence, kept, added, target } = event;
    onNews({
      type,
      sentence,
      kept,
      added: added.map((step) => describeStep(translator, step)),
      rows: added.map(({ rows }) => rows.cross),
      target,
    });
  };
}

async function readStack(
  sentence: SentenceTrace,
  stack: Args<'readStack'>['stack'],
  hypothesis: number,
): Promise<StackAttention> {
  const { layerCount } = sentence.stack(stack);
  const layers = await Promise.all(
    Array.from({ length: layerCount }, (_, layer) => sentence.readLayer(stack, layer, hypothesis)),
  );
  const [first] = layers;
  if (first === undefined) return fail('bad-request', `This model has no stack ${stack}.`);
  const { headCount, queryCount, keyCount } = first;
  const size = headCount * queryCount * keyCount;
  const values = new Float32Array(layerCount * size);
  for (const [layer, attention] of layers.entries()) values.set(attention.values, layer * size);
  return { layerCount, headCount, queryCount, keyCount, values };
}
