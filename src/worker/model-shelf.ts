/** The calls of the protocol about models that are not loaded: what they are, and which are kept. */
import type { ModelCalls } from '../engine/model-protocol.ts';
import type { BackendName } from '../engine/protocol.ts';
import type { CallContext } from './call-context.ts';
import { AccessTokens } from './checkpoint/access-tokens.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import { deleteKept, listKept } from './checkpoint/kept-models.ts';
import { deviceMemory } from './device-memory.ts';
import { loadPart } from './load-part.ts';
import type { Platform } from './platform.ts';

type Args<C extends keyof ModelCalls> = ModelCalls[C]['args'];
type Result<C extends keyof ModelCalls> = Promise<ModelCalls[C]['result']>;

export class ModelShelf {
  readonly #platform: Platform;
  readonly #backend: () => BackendName | null;
  readonly #tokens = new AccessTokens();
  #source: Promise<FileSource> | null = null;

  /** @param backend the one that runs, or null before any has started */
  constructor(platform: Platform, backend: () => BackendName | null) {
    this.#platform = platform;
    this.#backend = backend;
  }

  /** The way to files, with access tokens where they belong. */
  openSource(): Promise<FileSource> {
    this.#source ??= this.#platform
      .openFileSource()
      .then((source) => ({ ...source, fetch: this.#tokens.around(source.fetch) }));
    return this.#source;
  }

  readonly inspectModel = async (
    { source }: Args<'inspectModel'>,
    { signal }: CallContext,
  ): Result<'inspectModel'> => {
    const backend = this.#backend();
    const { attentionBytes, deviceBytes } = this.#platform;
    const memory = backend === null ? null : deviceMemory(backend, deviceBytes?.() ?? null);
    const device = { backend, memory, attentionBytes };
    const { inspectModel } = await loadPart(import('./inspect-model.ts'));
    return inspectModel(source, await this.openSource(), device, signal);
  };

  readonly listKeptModels = async (): Result<'listKeptModels'> => {
    const { cache, estimate } = await this.openSource();
    const { usage = null, quota = null } = (await estimate?.()) ?? {};
    return { models: await listKept(cache), usedBytes: usage, quotaBytes: quota };
  };

  readonly deleteKeptModel = async ({
    identity,
  }: Args<'deleteKeptModel'>): Result<'deleteKeptModel'> => {
    const { cache } = await this.openSource();
    await deleteKept(cache, identity);
    return null;
  };

  readonly setAccessToken = async ({
    hub,
    token,
  }: Args<'setAccessToken'>): Result<'setAccessToken'> => {
    this.#tokens.set(hub, token);
    return null;
  };
}
