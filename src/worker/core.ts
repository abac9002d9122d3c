/** The engine itself, on any thread: `createCore(platform)`. */
import * as tf from '@tensorflow/tfjs-core';
import type {
  Calls,
  EngineEvent,
  LensRequest,
  RunId,
  RunSlot,
  VisionRun,
} from '../engine/protocol.ts';
import type { LoadArgs } from '../engine/model-protocol.ts';
import { AttentionCache } from './attention-cache.ts';
import { extentOf } from '../math/scales.ts';
import { BackendSupervisor } from './backend/supervisor.ts';
import { borrowWeights } from './borrowed-weights.ts';
import type { CallContext, Handlers, WorkContext } from './call-context.ts';
import { fail } from './failure.ts';
import { preprocess } from './image/preprocess.ts';
import { readHeadStatistics } from './lenses/head-statistics.ts';
import { readQuery } from './lenses/query-rows.ts';
import { findLens } from './lenses/registry.ts';
import { measureFaithfulness } from './measure/faithfulness.ts';
import { measureHeadImportance } from './measure/head-importance.ts';
import { ModelShelf } from './model-shelf.ts';
import { planChanges, runsIn } from './models/vit-changes.ts';
import { nextTurn } from './next-turn.ts';
import { Overtaking } from './overtaking.ts';
import type { Platform } from './platform.ts';
import { readFloats } from './read-back.ts';
import { SerialQueue } from './serial-queue.ts';
import { TraceStore } from './trace-store.ts';
import { TranslationPart } from './translation-part.ts';
import type { KeptTranslation } from './translation-service.ts';
import type { VisionTrace } from './trace.ts';
import {
  type LoadedVisionModel,
  placeVisionModel,
  type ReadVisionModel,
  readVisionModel,
} from './vision-loader.ts';
import { runAgain, runPicture } from './vision-run.ts';

type Args<C extends keyof Calls> = Calls[C]['args'];
type Result<C extends keyof Calls> = Promise<Calls[C]['result']>;

/** Kinds of work of which the newer ends the older. */
type Overtaken = RunSlot | 'load' | 'importance' | 'faithfulness';

class Core implements Handlers {
  readonly #platform: Platform;
  readonly #supervisor: BackendSupervisor;
  readonly #traces: TraceStore<VisionTrace>;
  readonly #attention: AttentionCache;
  readonly #translations: TraceStore<KeptTranslation>;
  readonly #translation: TranslationPart;
  readonly #shelf: ModelShelf;
  readonly inspectModel: Handlers['inspectModel'];
  readonly listKeptModels: Handlers['listKeptModels'];
  readonly deleteKeptModel: Handlers['deleteKeptModel'];
  readonly setAccessToken: Handlers['setAccessToken'];
  readonly loadTranslationModel: Handlers['loadTranslationModel'];
  readonly translate: Handlers['translate'];
  readonly forceText: Handlers['forceText'];
  readonly continueFrom: Handlers['continueFrom'];
  readonly forceTarget: Handlers['forceTarget'];
  readonly readStack: Handlers['readStack'];
  readonly applyTranslationLens: Handlers['applyTranslationLens'];
  readonly translateChanged: Handlers['translateChanged'];
  readonly translationHeadImportance: Handlers['translationHeadImportance'];
  /** What takes the whole device, one at a time. Reading from traces goes in between. */
  readonly #queue = new SerialQueue();
  /** The work that a newer one of its kind cancels. */
  readonly #overtaking = new Overtaking<Overtaken>();
  #loaded: LoadedVisionModel | null = null;

  constructor(platform: Platform, onEvent: (event: EngineEvent) => void) {
    this.#platform = platform;
    let nextRun = platform.firstRun;
    const countRun = (): number => nextRun++;
    this.#traces = new TraceStore(countRun);
    this.#attention = new AttentionCache(platform.attentionBytes);
    this.#supervisor = new BackendSupervisor({
      starters: platform.starters,
      now: platform.now,
      release: () => this.#releaseDevice(),
      restore: () => this.#restoreModel(),
      onRecovered: (backend, reason) => onEvent({ type: 'backend-recovered', backend, reason }),
    });
    this.#shelf = new ModelShelf(platform, () => this.#supervisor.runningName);
    this.#translations = new TraceStore(countRun);
    this.#translation = new TranslationPart({
      now: platform.now,
      openSource: () => this.#shelf.openSource(),
      supervisor: this.#supervisor,
      queue: this.#queue,
      traces: this.#translations,
    });
    this.inspectModel = this.#shelf.inspectModel;
    this.listKeptModels = this.#shelf.listKeptModels;
    this.deleteKeptModel = this.#shelf.deleteKeptModel;
    this.setAccessToken = this.#shelf.setAccessToken;
    this.loadTranslationModel = this.#translation.handler('loadTranslationModel');
    this.translate = this.#translation.handler('translate');
    this.forceText = this.#translation.handler('forceText');
    this.continueFrom = this.#translation.handler('continueFrom');
    this.forceTarget = this.#translation.handler('forceTarget');
    this.readStack = this.#translation.handler('readStack');
    this.applyTranslationLens = this.#translation.handler('applyTranslationLens');
    this.translateChanged = this.#translation.handler('translateChanged');
    this.translationHeadImportance = this.#translation.handler('translationHeadImportance');
  }

  /** Starts the backend. A second start replaces it, with the model and the traces on it. */
  readonly start = (args: Args<'start'>, { onProgress }: CallContext): Result<'start'> =>
    this.#queue.run(async () => {
      onProgress({ stage: 'backend', done: 0, total: 1 });
      // Started or not, what lay on the backend before is gone.
      const info = await this.#supervisor.start(args).finally(() => {
        this.#loaded = null;
      });
      this.#translation.forget();
      onProgress({ stage: 'backend', done: 1, total: 1 });
      return info;
    });

  /** Loads a model. The one before it stays in use until then, and for good if this fails. */
  readonly loadVisionModel = (
    args: Args<'loadVisionModel'>,
    { signal, onProgress }: CallContext,
  ): Result<'loadVisionModel'> => {
    const wanted = this.#overtaking.begin('load', signal);
    // Beside the start of the backend, which takes as long.
    const reading = this.#readModel(args, { signal: wanted, onProgress });
    // Awaited below; a failure before that is not unhandled.
    reading.catch(() => undefined);
    return this.#supervisor.guard(wanted, async (signal) => {
      const { now } = this.#platform;
      const loaded = await placeVisionModel(await reading, now, { signal, onProgress });
      // Not under the feet of a run.
      await this.#queue.run(async () => {
        if (signal.aborted) await loaded.discard(signal.reason);
        signal.throwIfAborted();
        const old = this.#loaded;
        this.#loaded = loaded;
        old?.model.release();
      });
      return loaded.info;
    });
  };

  /** Runs a picture. The trace takes the place of its slot's older one once the run is done. */
  readonly runVision = async (
    args: Args<'runVision'>,
    { signal, onProgress }: CallContext,
  ): Result<'runVision'> => {
    const begin = this.#platform.now();
    const wanted = this.#overtaking.begin(args.slot, signal);
    try {
      const result = await this.#queue.run(() =>
        this.#supervisor.guard(wanted, (signal) => this.#run(args, { signal, onProgress })),
      );
      return { ...result, runMs: this.#platform.now() - begin };
    } finally {
      args.image.close();
    }
  };

  /** Runs the picture of a run with changes. Its trace takes the place of the last one's. */
  readonly runChanged = async (
    args: Args<'runChanged'>,
    { signal, onProgress }: CallContext,
  ): Result<'runChanged'> => {
    const begin = this.#platform.now();
    const wanted = this.#overtaking.begin('changed', signal);
    const result = await this.#queue.run(() =>
      this.#supervisor.guard(wanted, (signal) => this.#runChanged(args, { signal, onProgress })),
    );
    return { ...result, runMs: this.#platform.now() - begin };
  };

  readonly applyLens = (
    request: Args<'applyLens'>,
    { signal, onProgress }: CallContext,
  ): Result<'applyLens'> =>
    this.#read(request.run, signal, async (trace, signal) => {
      const map = await findLens(request.lens).apply(trace, request, { signal, onProgress });
      return { ...map, extent: extentOf(map.values) };
    });

  readonly readQuery = (
    { run, query, direction }: Args<'readQuery'>,
    { signal }: CallContext,
  ): Result<'readQuery'> =>
    this.#read(run, signal, (trace, signal) =>
      readQuery(trace, query, direction, () => letIn(signal)),
    );

  readonly readLayer = (
    { run, stack, layer }: Args<'readLayer'>,
    { signal }: CallContext,
  ): Result<'readLayer'> =>
    this.#read(run, signal, (trace) =>
      stack === 'self'
        ? trace.openAttention(layer, readFloats)
        : fail('bad-request', `This run has no stack ${stack}.`),
    );

  readonly headStatistics = (
    { run }: Args<'headStatistics'>,
    { signal }: CallContext,
  ): Result<'headStatistics'> =>
    this.#read(run, signal, (trace, signal) => readHeadStatistics(trace, () => letIn(signal)));

  readonly headImportance = (
    { run, target }: Args<'headImportance'>,
    { signal, onProgress }: CallContext,
  ): Result<'headImportance'> =>
    this.#read(run, this.#overtaking.begin('importance', signal), (trace, signal) =>
      measureHeadImportance(trace, target, { signal, onProgress }),
    );

  readonly measureFaithfulness = (
    request: Args<'measureFaithfulness'>,
    { signal, onProgress }: CallContext,
  ): Result<'measureFaithfulness'> =>
    this.#read(request.run, this.#overtaking.begin('faithfulness', signal), (trace, signal) => {
      const context = { signal, onProgress };
      const apply = async (map: LensRequest) => findLens(map.lens).apply(trace, map, context);
      return measureFaithfulness(trace, request, apply, context);
    });

  readonly release = async ({ run }: Args<'release'>): Result<'release'> => {
    this.#traces.release(run);
    this.#translations.release(run);
    return null;
  };

  readonly diagnostics = async (): Result<'diagnostics'> => {
    const { numTensors, numBytes } = tf.memory();
    return {
      backend: this.#supervisor.info,
      tensorCount: numTensors,
      tensorBytes: numBytes,
      traceCount: this.#traces.count + this.#translations.count,
    };
  };

  async #readModel(args: LoadArgs, context: WorkContext): Promise<ReadVisionModel> {
    return readVisionModel(args, await this.#shelf.openSource(), this.#platform.now, context);
  }

  async #run(
    { image, fit, query, slot }: Args<'runVision'>,
    context: WorkContext,
  ): Promise<Omit<VisionRun, 'runMs'>> {
    if (this.#loaded === null) return fail('bad-request', 'No model has been loaded.');
    const { model } = this.#loaded;
    const { trace, view } = await model.use(({ preprocessor, input }) => {
      const picture = this.#platform.readPicture(image);
      const prepared = preprocess(picture, fit, preprocessor, input);
      return runPicture(model, prepared, query, { ...context, cache: this.#attention });
    });
    return { run: this.#traces.add(trace, slot), ...view };
  }

  async #runChanged(
    { run, changes, query }: Args<'runChanged'>,
    context: WorkContext,
  ): Promise<Omit<VisionRun, 'runMs'>> {
    const last = this.#traces.latest('changed');
    const wanted = [run, ...runsIn(changes), ...(last === null ? [] : [last])];
    const { trace, view } = await this.#traces.useAll(wanted, async (traceOf) => {
      const base = traceOf(run);
      const cache = this.#attention;
      const borrowed = await borrowWeights(changes, base, traceOf, cache.maxBytes);
      try {
        const plan = planChanges(changes, base, borrowed.weightsOf);
        const lastTrace = last === null ? null : traceOf(last);
        return await runAgain(base, changes, plan, lastTrace, query, { ...context, cache });
      } catch (error) {
        borrowed.dispose();
        throw error;
      }
    });
    return { run: this.#traces.add(trace, 'changed'), ...view };
  }

  /** Reads from a trace on the device, or asks its model more. */
  #read<T>(
    run: RunId,
    signal: AbortSignal,
    read: (trace: VisionTrace, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#supervisor.guard(signal, (signal) =>
      this.#traces.use(run, (trace) => read(trace, signal)),
    );
  }

  #releaseDevice(): void {
    this.#traces.clear();
    this.#loaded?.model.release();
    this.#translations.clear();
    this.#translation.releaseDevice();
  }

  /** Puts the models that were in use on a new device. */
  async #restoreModel(): Promise<void> {
    const lost = this.#loaded;
    this.#loaded = null;
    if (lost !== null) {
      const { signal } = new AbortController();
      const context = { signal, onProgress: () => {} };
      const read = await this.#readModel(lost.args, context);
      this.#loaded = await placeVisionModel(read, this.#platform.now, context);
    }
    await this.#translation.restore();
  }
}

/** Lets the page's messages in, and ends work that is no longer wanted. */
async function letIn(signal: AbortSignal): Promise<void> {
  await nextTurn();
  signal.throwIfAborted();
}

/**
 * The engine on a platform: a function for each call of the protocol.
 * @param onEvent hears what happens outside any call
 */
export function createCore(platform: Platform, onEvent: (event: EngineEvent) => void): Handlers {
  return new Core(platform, onEvent);
}
