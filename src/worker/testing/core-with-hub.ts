/** The engine in Node against a server with the Hub's layout, for tests. */
import { fileURLToPath } from 'node:url';
import type { ModelSource } from '../../engine/model-protocol.ts';
import type { EngineEvent, Progress } from '../../engine/protocol.ts';
import { startHub, type HubModel, type HubServer } from '../../../e2e/support/hub-server.ts';
import { startFakeBackend } from '../backend/fake-backend.ts';
import type { CallContext, Handlers } from '../call-context.ts';
import { openCheckpointCache } from '../checkpoint/cache.ts';
import { MemoryCache } from '../checkpoint/testing/memory-cache.ts';
import { createCore } from '../core.ts';

const fixtures = fileURLToPath(new URL('../../../e2e/fixtures/', import.meta.url));

export function fixture(path: string): string {
  return `${fixtures}${path}`;
}

export interface HubCore {
  readonly core: Handlers;
  readonly hub: HubServer;
  readonly cache: MemoryCache;
  readonly events: EngineEvent[];
  /** Shortened by tests in which a server stalls. */
  readonly patience: { stalledMs: number };
  readonly at: (id: string, revision?: string) => ModelSource;
}

export function context(
  signal = new AbortController().signal,
): CallContext & { readonly progress: Progress[] } {
  const progress: Progress[] = [];
  return { signal, onProgress: (step) => progress.push(step), onNews: () => {}, progress };
}

/** @param models what the server has, by id */
export async function startCoreWithHub(models: Record<string, HubModel>): Promise<HubCore> {
  const hub = await startHub(models);
  const cache = new MemoryCache();
  const events: EngineEvent[] = [];
  const patience = { stalledMs: 20_000, pausesMs: [0, 0] };
  const core = createCore(
    {
      starters: {
        webgpu: () => startFakeBackend('webgpu'),
        wasm: () => startFakeBackend('wasm'),
        cpu: () => startFakeBackend('cpu'),
      },
      openFileSource: async () => ({
        fetch: (address, options) => fetch(address, options),
        cache: await openCheckpointCache({ open: async () => cache }),
        digestOf: () => null,
        patience,
        wallClock: () => 1_700_000_000_000,
        estimate: async () => ({ usage: 12, quota: 34 }),
      }),
      readPicture: ({ width, height }) => ({
        width,
        height,
        data: new Uint8ClampedArray(4 * width * height).fill(100),
      }),
      deviceBytes: () => 2 ** 30,
      now: () => performance.now(),
      attentionBytes: 2 ** 30,
      firstRun: 1,
    },
    (event) => events.push(event),
  );
  await core.start({ forced: null, allowSoftwareAdapter: false }, context());
  return {
    core,
    hub,
    cache,
    events,
    patience,
    at: (id, revision = 'main') => ({ kind: 'hub', hub: hub.address, id, revision }),
  };
}
