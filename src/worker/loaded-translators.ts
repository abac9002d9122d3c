import type { LoadArgs } from '../engine/model-protocol.ts';
import { identityOf } from '../engine/model-source.ts';
import type { TranslationModelInfo } from '../engine/translation-protocol.ts';
import type { BackendSupervisor } from './backend/supervisor.ts';
import type { WorkContext } from './call-context.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import { fail } from './failure.ts';
import type { Platform } from './platform.ts';
import { SerialQueue } from './serial-queue.ts';
import { type LoadedTranslator, loadTranslationModel } from './translation-loader.ts';
import type { Translator } from './translator.ts';

export interface TranslatorLoading {
  readonly now: Platform['now'];
  readonly openSource: () => Promise<FileSource>;
  readonly supervisor: BackendSupervisor;
  /** What takes the whole device, one at a time. */
  readonly queue: SerialQueue;
}

/** Two models to compare, and the one that was looked at before. */
const keptModelCount = 3;

/** The models that translate and are on the device, side by side. */
export class LoadedTranslators {
  readonly #loading: TranslatorLoading;
  /** By identity, the one used last at the end. */
  readonly #loaded = new Map<string, LoadedTranslator>();
  readonly #loads = new SerialQueue();

  constructor(loading: TranslatorLoading) {
    this.#loading = loading;
  }

  /**
   * Loads a model, unless it is loaded in the precision that is asked for.
   * @throws HeedFailure as `loadTranslationModel`; the signal's reason
   */
  load(args: LoadArgs, context: WorkContext): Promise<TranslationModelInfo> {
    // One after the other, beside what the device does: other models stay usable meanwhile.
    return this.#loads.run(async () => {
      context.signal.throwIfAborted();
      const known = this.#loaded.get(identityOf(args.source));
      const isSame = known?.info.precision === (args.precision ?? 'float32');
      if (known !== undefined && isSame) return known.info;
      return this.#loading.supervisor.guard(context.signal, async (signal) => {
        const loaded = await this.#read(args, { ...context, signal });
        // Not under the feet of a run.
        await this.#loading.queue.run(async () => {
          if (signal.aborted) await loaded.discard(signal.reason);
          signal.throwIfAborted();
          this.#keep(loaded);
        });
        return loaded.info;
      });
    });
  }

  /**
   * A loaded model, which becomes the one used last.
   * @throws HeedFailure `bad-request` for a model that is not loaded
   */
  use(identity: string): Translator {
    const loaded = this.#loaded.get(identity);
    if (loaded === undefined)
      return fail('bad-request', 'This translation model has not been loaded.', identity);
    this.#loaded.delete(identity);
    this.#loaded.set(identity, loaded);
    return loaded.translator;
  }

  /** Disposes of what lies on a device that is about to go. */
  release(): void {
    for (const { translator } of this.#loaded.values()) translator.dispose();
  }

  /** Puts the models that were in use on a new device. */
  async restore(): Promise<void> {
    const lost = [...this.#loaded.values()];
    this.#loaded.clear();
    const { signal } = new AbortController();
    for (const { args } of lost)
      this.#keep(await this.#read(args, { signal, onProgress: () => {} }));
  }

  /** Forgets what lay on a device that is gone. */
  forget(): void {
    this.#loaded.clear();
  }

  async #read(args: LoadArgs, context: WorkContext): Promise<LoadedTranslator> {
    const { now, openSource } = this.#loading;
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
}
