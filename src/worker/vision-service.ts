/** The calls of the protocol that load a model for pictures and run it. */
import type { LoadArgs } from '../engine/model-protocol.ts';
import type { Calls, RunSlot, VisionRun } from '../engine/protocol.ts';
import type { AttentionCache } from './attention-cache.ts';
import type { BackendSupervisor } from './backend/supervisor.ts';
import { borrowWeights } from './borrowed-weights.ts';
import type { CallContext, WorkContext } from './call-context.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import { fail } from './failure.ts';
import { preprocess } from './image/preprocess.ts';
import { planChanges, runsIn } from './models/vit-changes.ts';
import { Overtaking } from './overtaking.ts';
import type { Platform } from './platform.ts';
import type { SerialQueue } from './serial-queue.ts';
import type { TraceStore } from './trace-store.ts';
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

export interface VisionServiceOptions {
  readonly now: Platform['now'];
  readonly readPicture: Platform['readPicture'];
  readonly openSource: () => Promise<FileSource>;
  readonly supervisor: BackendSupervisor;
  /** What takes the whole device, one at a time. */
  readonly queue: SerialQueue;
  readonly traces: TraceStore<VisionTrace>;
  readonly attention: AttentionCache;
}

export class VisionService {
  readonly #options: VisionServiceOptions;
  readonly #overtaking = new Overtaking<RunSlot | 'load'>();
  #loaded: LoadedVisionModel | null = null;

  constructor(options: VisionServiceOptions) {
    this.#options = options;
  }

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
    return this.#options.supervisor.guard(wanted, async (signal) => {
      const { now } = this.#options;
      const loaded = await placeVisionModel(await reading, now, { signal, onProgress });
      // Not under the feet of a run.
      await this.#options.queue.run(async () => {
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
    const begin = this.#options.now();
    const wanted = this.#overtaking.begin(args.slot, signal);
    try {
      const result = await this.#options.queue.run(() =>
        this.#options.supervisor.guard(wanted, (signal) => this.#run(args, { signal, onProgress })),
      );
      return { ...result, runMs: this.#options.now() - begin };
    } finally {
      args.image.close();
    }
  };

  /** Runs the picture of a run with changes. Its trace takes the place of the last one's. */
  readonly runChanged = async (
    args: Args<'runChanged'>,
    { signal, onProgress }: CallContext,
  ): Result<'runChanged'> => {
    const begin = this.#options.now();
    const wanted = this.#overtaking.begin('changed', signal);
    const result = await this.#options.queue.run(() =>
      this.#options.supervisor.guard(wanted, (signal) =>
        this.#runChanged(args, { signal, onProgress }),
      ),
    );
    return { ...result, runMs: this.#options.now() - begin };
  };

  /** Leaves a device that is about to go. */
  release(): void {
    this.#loaded?.model.release();
  }

  /** Puts the model that was in use on a new device. */
  async restore(): Promise<void> {
    const lost = this.#loaded;
    this.#loaded = null;
    if (lost === null) return;
    const { signal } = new AbortController();
    const context = { signal, onProgress: () => {} };
    const read = await this.#readModel(lost.args, context);
    this.#loaded = await placeVisionModel(read, this.#options.now, context);
  }

  /** Forgets what lay on a device that is gone. */
  forget(): void {
    this.#loaded = null;
  }

  async #readModel(args: LoadArgs, context: WorkContext): Promise<ReadVisionModel> {
    return readVisionModel(args, await this.#options.openSource(), this.#options.now, context);
  }

  async #run(
    { image, fit, query, slot }: Args<'runVision'>,
    context: WorkContext,
  ): Promise<Omit<VisionRun, 'runMs'>> {
    if (this.#loaded === null) return fail('bad-request', 'No model has been loaded.');
    const { model } = this.#loaded;
    const { trace, view } = await model.use(({ preprocessor, input }) => {
      const picture = this.#options.readPicture(image);
      const prepared = preprocess(picture, fit, preprocessor, input);
      return runPicture(model, prepared, query, { ...context, cache: this.#options.attention });
    });
    return { run: this.#options.traces.add(trace, slot), ...view };
  }

  async #runChanged(
    { run, changes, query }: Args<'runChanged'>,
    context: WorkContext,
  ): Promise<Omit<VisionRun, 'runMs'>> {
    const last = this.#options.traces.latest('changed');
    const wanted = [run, ...runsIn(changes), ...(last === null ? [] : [last])];
    const { trace, view } = await this.#options.traces.useAll(wanted, async (traceOf) => {
      const base = traceOf(run);
      const cache = this.#options.attention;
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
    return { run: this.#options.traces.add(trace, 'changed'), ...view };
  }
}
