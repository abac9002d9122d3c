import type { BackendName, BackendRequest } from '../../engine/protocol.ts';
import { describeCause } from '../describe-cause.ts';
import { HeedFailure, fail } from '../failure.ts';
import type { RunningBackend, WasmFiles } from './backend.ts';
import { startCpu } from './cpu.ts';
import { startWasm } from './wasm.ts';
import { startWebGpu } from './webgpu.ts';

/** Starts one backend. `allowSoftwareAdapter` counts for `webgpu`. */
export type BackendStarters = Readonly<
  Record<BackendName, (allowSoftwareAdapter: boolean) => Promise<RunningBackend>>
>;

/** Fastest first. */
const order: readonly BackendName[] = ['webgpu', 'wasm', 'cpu'];

/** The backends of tfjs, each loaded when it is started. */
export function tfjsStarters(wasmFiles: WasmFiles): BackendStarters {
  return {
    webgpu: startWebGpu,
    wasm: () => startWasm(wasmFiles),
    cpu: startCpu,
  };
}

async function startForced(name: BackendName, starters: BackendStarters): Promise<RunningBackend> {
  try {
    return await starters[name](true);
  } catch (error) {
    const why = error instanceof HeedFailure ? ` ${error.message}` : '';
    return fail(
      'backend-unavailable',
      `The backend ${name} was asked for and could not be started.${why}`,
      describeCause(error),
    );
  }
}

/**
 * Starts the backend that was asked for, or the fastest that starts. A forced backend that does not
 * start is an error and never another backend.
 * @param without backends to pass over: those that have just failed
 * @throws HeedFailure `backend-unavailable`
 */
export async function startBackend(
  request: BackendRequest,
  starters: BackendStarters,
  without: readonly BackendName[] = [],
): Promise<RunningBackend> {
  if (request.forced !== null && !without.includes(request.forced))
    return startForced(request.forced, starters);
  const reasons: string[] = [];
  for (const name of order.filter((name) => !without.includes(name))) {
    try {
      return await starters[name](request.allowSoftwareAdapter);
    } catch (error) {
      reasons.push(`${name}: ${describeCause(error)}`);
    }
  }
  return fail(
    'backend-unavailable',
    'This browser can run none of the engine’s backends.',
    reasons.join('; '),
  );
}
