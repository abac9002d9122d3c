/** The calls of the protocol that translate: several models side by side, and their traces. */
import type { LoadArgs } from '../engine/model-protocol.ts';
import { identityOf } from '../engine/model-source.ts';
import type { Calls, RunSlot } from '../engine/protocol.ts';
import type {
  DecodingStep,
  SentenceResult,
  StackAttention,
  TranslationCalls,
  TranslationNews,
  TranslationRun,
} from '../engine/translation-protocol.ts';
import type { BackendSupervisor } from './backend/supervisor.ts';
import type { CallContext, WorkContext } from './call-context.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import type { Step } from './decoding/hypothesis.ts';
import { fail } from './failure.ts';
import { compileChanges } from './models/attention-changes.ts';
import type { AttentionRows } from './models/translation-model.ts';
import { nextTurn } from './next-turn.ts';
import type { Platform } from './platform.ts';
import type { TranslationEvent } from './sentence-search.ts';
import { SerialQueue } from './serial-queue.ts';
import type { TraceStore } from './trace-store.ts';
import { measureHeadImportance } from './translation-importance.ts';
import type { LensContext, LensedSentence } from './translation-lenses/lens.ts';
import { findTranslationLens } from './translation-lenses/registry.ts';
import { type LoadedTranslator, loadTranslationModel } from './translation-loader.ts';
import { type SentenceTrace, TranslationTrace } from './translation-trace.ts';
import type { TranslateOptions, Translator } from './translator.ts';

type Args<C extends keyof TranslationCalls> = TranslationCalls[C]['args'];
type Result<C extends keyof Calls> = Promise<Calls[C]['result']>;

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

/** Between two pieces of news of a translation: about a frame. */
const NEWS_MS = 16;

/** Two models to compare, and the one that was looked at before. */
const keptModelCount = 3;

export class TranslationService {
  readonly #options: TranslationServiceOptions;
  /** By identity, the one used last at the end. */
  readonly #loaded = new Map<string, LoadedTranslator>();
  readonly #latest = new Map<RunSlot, AbortController>();
  readonly #loads = new SerialQueue();

  constructor(options: TranslationServiceOptions) {
    this.#options = options;
  }

  readonly loadTranslationModel = (
    args: LoadArgs,
    context: CallContext,
  ): Result<'loadTranslationModel'> =>
    // One after the other, beside what the device does: other models stay usable meanwhile.
    this.#loads.run(async () => {
      context.signal.throwIfAborted();
      const known = this.#loaded.get(identityOf(args.source));
      const isSame = known?.info.precision === (args.precision ?? 'float32');
      if (known !== undefined && isSame) return known.info;
      return this.#options.supervisor.guard(context.signal, async (signal) => {
        const loaded = await this.#load(args, { ...context, signal });
        // Not under the feet of a run.
        await this.#options.queue.run(async () => {
          if (signal.aborted) await loaded.discard(signal.reason);
          signal.throwIfAborted();
          this.#keep(loaded);
        });
        return loaded.info;
      });
    });

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
      const isNewsDue = newsGate(now);
      const options = { beamCount, isOneSentence, signal, isNewsDue, ...(!isQuiet && { onEvent }) };
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
      const onEvent = eventListener(translator, context.onNews);
      const isNewsDue = newsGate(this.#options.now);
      const options: TranslateOptions = { beamCount, signal, onEvent, isNewsDue };
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
    { run, sentence, hypothesis, changes, beamCount }: Args<'translateChanged'>,
    context: CallContext,
  ): Result<'translateChanged'> => {
    const { now, queue, supervisor, traces } = this.#options;
    const begin = now();
    const wanted = this.#overtake('changed', context.signal);
    const result = await queue.run(() =>
      supervisor.guard(wanted, (signal) =>
        traces.use(run, async ({ trace, translator }) => {
          const base = trace.sentence(sentence);
          const old =
            base.hypotheses[hypothesis] ?? fail('bad-request', 'There is no such hypothesis.');
          const { shape } = translator.model;
          const compiled = await compileChanges(
            changes,
            shape,
            base.encoded.tokenCount,
            (other, layer, head, tokenCount) =>
              traces.use(other, (kept) =>
                readOtherWeights(kept.trace.sentence(sentence), layer, head, tokenCount),
              ),
          );
          signal.throwIfAborted();
          const options = { beamCount, signal };
          const made = await translator.translateChanged(base, old, compiled, options);
          const described = describeSentence(translator, made.trace);
          const kept = new TranslationTrace([made.trace]);
          const id = traces.add(
            { trace: kept, translator, dispose: () => kept.dispose() },
            'changed',
          );
          const hypotheses = described.hypotheses.slice(0, -1);
          const oldTarget =
            described.hypotheses.at(-1) ?? fail('internal', 'The old target was not scored.');
          return {
            run: id,
            sentence: { ...described, hypotheses },
            oldTarget,
            tokens: made.tokens,
          };
        }),
      ),
    );
    return { ...result, runMs: now() - begin };
  };

  /** Disposes of all that lies on a device that is about to go. */
  releaseDevice(): void {
    this.#options.traces.clear();
    for (const { translator } of this.#loaded.values()) translator.dispose();
  }

  /** Puts the models that were in use on a new device. */
  async restore(): Promise<void> {
    const lost = [...this.#loaded.values()];
    this.#loaded.clear();
    const { signal } = new AbortController();
    for (const { args } of lost)
      this.#keep(await this.#load(args, { signal, onProgress: () => {} }));
  }

  /** Forgets what lay on a device that is gone. */
  forget(): void {
    this.#loaded.clear();
  }

  async #load(args: LoadArgs, context: WorkContext): Promise<LoadedTranslator> {
    const { now, openSource } = this.#options;
    return loadTranslationModel(args, await openSource(), now, context);
  }

  /** Takes a model in, the oldest out. */
  #keep(loaded: LoadedTranslator): void {
    const { identity } = loaded.info;
    this.#loaded.get(identity)?.translator.dispose();
    this.#loaded.delete(identity);
    this.#loaded.set(identity, loaded);
    const [oldest] = this.#loaded.keys();
    if (this.#loaded.size > keptModelCount && oldest !== undefined) {
      this.#loaded.get(oldest)?.translator.dispose();
      this.#loaded.delete(oldest);
    }
  }

  /** Makes the newest trace of a slot and keeps it; what was under way there is cancelled. */
  #run(
    model: string,
    slot: RunSlot,
    signal: AbortSignal,
    make: (translator: Translator, signal: AbortSignal) => Promise<TranslationTrace>,
  ): Promise<Pick<TranslationRun, 'run' | 'model' | 'sentences'>> {
    const { queue, supervisor, traces } = this.#options;
    const wanted = this.#overtake(slot, signal);
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

  /** A signal for work that ends the older work of its slot, and ends with the newer. */
  #overtake(slot: RunSlot, signal: AbortSignal): AbortSignal {
    this.#latest.get(slot)?.abort();
    const controller = new AbortController();
    this.#latest.set(slot, controller);
    return AbortSignal.any([signal, controller.signal]);
  }

  /** Works on a sentence of a run step by step, with progress, until it is cancelled. */
  #look<T>(
    { run, sentence, hypothesis }: { run: number; sentence: number; hypothesis: number },
    { signal, onProgress }: CallContext,
    look: (of: LensedSentence, context: LensContext) => Promise<T>,
  ): Promise<T> {
    const { queue, supervisor, traces } = this.#options;
    return queue.run(() =>
      supervisor.guard(signal, (guarded) =>
        traces.use(run, ({ trace, translator }) =>
          look(
            { translator, sentence: trace.sentence(sentence), hypothesis },
            {
              onStep: async (done, total) => {
                onProgress({ stage: 'lens', done, total });
                await nextTurn();
                guarded.throwIfAborted();
              },
            },
          ),
        ),
      ),
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

/** The encoder's weights of another run's head, which must have read as many tokens. */
async function readOtherWeights(
  sentence: SentenceTrace,
  layer: number,
  head: number,
  tokenCount: number,
): Promise<Float32Array> {
  const { headCount, keyCount, values } = await sentence.readLayer('encoder', layer, 0);
  if (keyCount !== tokenCount || head >= headCount)
    return fail(
      'bad-request',
      `The other run’s weights do not fit: it has ${keyCount} source tokens, this one ${tokenCount}.`,
    );
  return values.slice(head * keyCount ** 2, (head + 1) * keyCount ** 2);
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
