/** The backend that the page's address asks for, as the engine's worker reads it too. */
import type { BackendName, BackendRequest } from './protocol.ts';

const backendNames: readonly BackendName[] = ['webgpu', 'wasm', 'cpu'];

/**
 * `backend=webgpu` forces one; `software=1` lets the engine pick a software adapter by itself.
 * @param parameters what stands behind `?`
 */
export function readBackendRequest(parameters: string): BackendRequest {
  const wanted = new URLSearchParams(parameters);
  const forced = backendNames.find((name) => name === wanted.get('backend')) ?? null;
  return { forced, allowSoftwareAdapter: wanted.get('software') === '1' };
}

/** Parameters that are read as this request. */
export function writeBackendRequest({ forced, allowSoftwareAdapter }: BackendRequest): string {
  const wanted = { backend: forced ?? 'any', software: allowSoftwareAdapter ? '1' : '0' };
  return new URLSearchParams(wanted).toString();
}
