/** The translation service, whose script is fetched with the first call that translates. */
import type { Calls } from '../engine/protocol.ts';
import type { TranslationCalls } from '../engine/translation-protocol.ts';
import type { CallContext, Handlers } from './call-context.ts';
import { loadPart } from './load-part.ts';
import type { TranslationService, TranslationServiceOptions } from './translation-service.ts';

type TranslationCall = keyof TranslationCalls | 'loadTranslationModel';

export class TranslationPart {
  readonly #options: TranslationServiceOptions;
  #opening: Promise<TranslationService> | null = null;
  /** Null before the first call: there is nothing of it on any device then. */
  #service: TranslationService | null = null;

  constructor(options: TranslationServiceOptions) {
    this.#options = options;
  }

  /** A call of the protocol. Those that wait for the script go on in the order in which they came. */
  handler<C extends TranslationCall>(name: C) {
    return async (args: Calls[C]['args'], context: CallContext): Promise<Calls[C]['result']> => {
      const handlers: Pick<Handlers, TranslationCall> = this.#service ?? (await this.#open());
      return handlers[name](args, context);
    };
  }

  releaseDevice(): void {
    this.#service?.models.release();
  }

  async restore(): Promise<void> {
    await this.#service?.models.restore();
  }

  forget(): void {
    this.#service?.models.forget();
  }

  #open(): Promise<TranslationService> {
    this.#opening ??= this.#load().finally(() => {
      // What failed may be tried again.
      this.#opening = null;
    });
    return this.#opening;
  }

  async #load(): Promise<TranslationService> {
    const { TranslationService } = await loadPart(import('./translation-service.ts'));
    this.#service = new TranslationService(this.#options);
    return this.#service;
  }
}
