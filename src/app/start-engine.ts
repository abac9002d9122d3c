import { createEngine, type Engine } from '../engine/client.ts';
import { followAddress } from './open-model/follow-address.ts';
import { ModelOpening } from './open-model/opening.ts';
import { openingWorkspaces } from './open-model/workspaces.ts';
import type { BackendName, BackendRequest, Call, Calls } from '../engine/protocol.ts';
import { TranslationSession } from '../workspaces/translation/session.ts';
import { VisionSession } from '../workspaces/vision/session.ts';

/** The engine and each workspace's session; they outlive the tabs that show them. */
export interface Sessions {
  readonly engine: Engine;
  readonly vision: VisionSession;
  readonly translation: TranslationSession;
  readonly opening: ModelOpening;
}

const backendNames: readonly BackendName[] = ['webgpu', 'wasm', 'cpu'];

/** `?backend=webgpu` forces one; `&software=1` lets the engine pick a software adapter by itself. */
function backendRequest(search: string): BackendRequest {
  const parameters = new URLSearchParams(search);
  const forced = backendNames.find((name) => name === parameters.get('backend')) ?? null;
  return { forced, allowSoftwareAdapter: parameters.get('software') === '1' };
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

/** Starts the worker and its backend; a failure shows when a workspace asks for something. */
export function startEngine(): Sessions {
  const engine = startingOnce(
    createEngine({
      createWorker: () =>
        new Worker(new URL('../worker/entry.ts', import.meta.url), {
          type: 'module',
          name: 'heed',
        }),
      onEvent: (event) => {
        vision.handleEngineEvent(event);
        translation.handleEngineEvent(event);
      },
    }),
  );
  const backend = backendRequest(location.search);
  const vision: VisionSession = new VisionSession(engine, backend);
  const translation: TranslationSession = new TranslationSession(engine, backend);
  const workspaces = openingWorkspaces(vision, translation);
  const opening = new ModelOpening({ engine, backend, workspaces });
  const follow = (): void => void followAddress(location, opening, { vision, translation });
  follow();
  addEventListener('hashchange', follow);
  return { engine, vision, translation, opening };
}
