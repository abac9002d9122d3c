import { createEngine, type Engine } from '../engine/client.ts';
import type { BackendName, BackendRequest } from '../engine/protocol.ts';
import { VisionSession } from '../workspaces/vision/session.ts';

/** The engine and each workspace's session; they outlive the tabs that show them. */
export interface Sessions {
  readonly engine: Engine;
  readonly vision: VisionSession;
}

const backendNames: readonly BackendName[] = ['webgpu', 'wasm', 'cpu'];

/** `?backend=webgpu` forces one; `&software=1` lets the engine pick a software adapter by itself. */
function backendRequest(search: string): BackendRequest {
  const parameters = new URLSearchParams(search);
  const forced = backendNames.find((name) => name === parameters.get('backend')) ?? null;
  return { forced, allowSoftwareAdapter: parameters.get('software') === '1' };
}

/** Starts the worker and its backend; a failure shows when a workspace asks for something. */
export function startEngine(): Sessions {
  const engine = createEngine({
    createWorker: () =>
      new Worker(new URL('../worker/entry.ts', import.meta.url), { type: 'module', name: 'heed' }),
    onEvent: (event) => vision.handleEngineEvent(event),
  });
  const vision: VisionSession = new VisionSession(engine, backendRequest(location.search));
  return { engine, vision };
}
