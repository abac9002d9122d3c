/** The engine itself, on any thread: `createCore(platform)`. */
import * as tf from '@tensorflow/tfjs-core';
import type { Calls, EngineEvent } from '../engine/protocol.ts';
import { AttentionCache } from './attention-cache.ts';
import { BackendSupervisor } from './backend/supervisor.ts';
import type { CallContext, Handlers } from './call-context.ts';
import { ModelShelf } from './model-shelf.ts';
import type { Platform } from './platform.ts';
import { SerialQueue } from './serial-queue.ts';
import { TraceQuestions } from './trace-questions.ts';
import { TraceStore } from './trace-store.ts';
import type { VisionTrace } from './trace.ts';
import { TranslationPart } from './translation-part.ts';
import type { KeptTranslation } from './translation-service.ts';
import { VisionService } from './vision-service.ts';

type Args<C extends keyof Calls> = Calls[C]['args'];
type Result<C extends keyof Calls> = Promise<Calls[C]['result']>;

/** What the parts of the engine have in common: the backend, and the traces on it. */
class Core {
  readonly #supervisor: BackendSupervisor;
  readonly #traces: TraceStore<VisionTrace>;
  readonly #translations: TraceStore<KeptTranslation>;
  readonly #shelf: ModelShelf;
  readonly #vision: VisionService;
  readonly #questions: TraceQuestions;
  readonly #translation: TranslationPart;
  /** What takes the whole device, one at a time. Reading from traces goes in between. */
  readonly #queue = new SerialQueue();

  constructor(platform: Platform, onEvent: (event: EngineEvent) => void) {
    const { now, readPicture } = platform;
    let nextRun = platform.firstRun;
    const countRun = (): number => nextRun++;
    this.#traces = new TraceStore(countRun);
    this.#translations = new TraceStore(countRun);
    const supervisor = new BackendSupervisor({
      starters: platform.starters,
      now,
      release: () => this.#release(),
      restore: () => this.#restore(),
      onRecovered: (backend, reason) => onEvent({ type: 'backend-recovered', backend, reason }),
    });
    this.#supervisor = supervisor;
    this.#shelf = new ModelShelf(platform, () => supervisor.runningName);
    const shared = {
      now,
      supervisor,
      queue: this.#queue,
      openSource: () => this.#shelf.openSource(),
    };
    this.#vision = new VisionService({
      ...shared,
      readPicture,
      traces: this.#traces,
      attention: new AttentionCache(platform.attentionBytes),
    });
    this.#questions = new TraceQuestions(supervisor, this.#traces);
    this.#translation = new TranslationPart({ ...shared, traces: this.#translations });
  }

  get handlers(): Handlers {
    const [shelf, vision, questions] = [this.#shelf, this.#vision, this.#questions];
    const translation = this.#translation;
    return {
      start: (args, context) => this.#start(args, context),
      release: (args) => this.#releaseRun(args),
      diagnostics: () => this.#diagnose(),
      inspectModel: shelf.inspectModel,
      listKeptModels: shelf.listKeptModels,
      deleteKeptModel: shelf.deleteKeptModel,
      setAccessToken: shelf.setAccessToken,
      loadVisionModel: vision.loadVisionModel,
      runVision: vision.runVision,
      runChanged: vision.runChanged,
      applyLens: questions.applyLens,
      readQuery: questions.readQuery,
      readLayer: questions.readLayer,
      headStatistics: questions.headStatistics,
      headImportance: questions.headImportance,
      measureFaithfulness: questions.measureFaithfulness,
      loadTranslationModel: translation.handler('loadTranslationModel'),
      translate: translation.handler('translate'),
      forceText: translation.handler('forceText'),
      continueFrom: translation.handler('continueFrom'),
      forceTarget: translation.handler('forceTarget'),
      readStack: translation.handler('readStack'),
      applyTranslationLens: translation.handler('applyTranslationLens'),
      translateChanged: translation.handler('translateChanged'),
      translationHeadImportance: translation.handler('translationHeadImportance'),
    };
  }

  /** Starts the backend. A second start replaces it, with the models and the traces on it. */
  #start(args: Args<'start'>, { onProgress }: CallContext): Result<'start'> {
    return this.#queue.run(async () => {
      onProgress({ stage: 'backend', done: 0, total: 1 });
      // Started or not, what lay on the backend before is gone.
      const info = await this.#supervisor.start(args).finally(() => this.#vision.forget());
      this.#translation.forget();
      onProgress({ stage: 'backend', done: 1, total: 1 });
      return info;
    });
  }

  async #releaseRun({ run }: Args<'release'>): Result<'release'> {
    this.#traces.release(run);
    this.#translations.release(run);
    return null;
  }

  async #diagnose(): Result<'diagnostics'> {
    const { numTensors, numBytes } = tf.memory();
    return {
      backend: this.#supervisor.info,
      tensorCount: numTensors,
      tensorBytes: numBytes,
      traceCount: this.#traces.count + this.#translations.count,
    };
  }

  /** Disposes of all that lies on a device that is about to go. */
  #release(): void {
    this.#traces.clear();
    this.#vision.release();
    this.#translations.clear();
    this.#translation.releaseDevice();
  }

  /** Puts the models that were in use on a new device. */
  async #restore(): Promise<void> {
    await this.#vision.restore();
    await this.#translation.restore();
  }
}

/**
 * The engine on a platform: a function for each call of the protocol.
 * @param onEvent hears what happens outside any call
 */
export function createCore(platform: Platform, onEvent: (event: EngineEvent) => void): Handlers {
  return new Core(platform, onEvent).handlers;
}
