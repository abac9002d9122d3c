import { createEngine, type Engine } from '../engine/client.ts';
import { createWorker } from '../engine/create-worker.ts';
import { readBackendRequest } from '../engine/backend-request.ts';
import type { BackendRequest, Call, Calls, EngineEvent } from '../engine/protocol.ts';

/** The engine, and what the page's address asks of it. */
export interface StartedEngine {
  readonly engine: Engine;
  readonly backend: BackendRequest;
  /** Adds one who hears of what happens outside any call. */
  readonly listen: (listener: (event: EngineEvent) => void) => void;
}

/**
 * An engine whose backend starts once, whichever workspace asks first: a second start would take
 * the models of the first away. A start that failed may be tried again.
 */
function startingOnce(engine: Engine): Engine {
  let started: Promise<Calls[Call]['result']> | null = null;
  const call: Engine['call'] = (name, args, options) => {
    if (name !== 'start') return engine.call(name, args, options);
    // Without the caller's signal: the other workspace waits for the same start.
    started ??= engine.call(name, args).catch((error: unknown) => {
      started = null;
      throw error;
    });
    // The check above says that this call is `start`, which the type cannot follow.
    return started as ReturnType<typeof engine.call<typeof name>>;
  };
  return { call, dispose: () => engine.dispose() };
}

/** Starts the worker and its backend, before there is a page that asks for them. */
export function startEngine(): StartedEngine {
  const backend = readBackendRequest(location.search);
  const listeners = new Set<(event: EngineEvent) => void>();
  const engine = startingOnce(
    createEngine({
      createWorker: () => createWorker(backend),
      onEvent: (event) => {
        for (const listener of listeners) listener(event);
      },
    }),
  );
  // A failure shows when a workspace asks for something.
  engine.call('start', backend).catch(() => undefined);
  return { engine, backend, listen: (listener) => void listeners.add(listener) };
}
