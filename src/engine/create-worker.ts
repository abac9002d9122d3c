// Its address alone is what crosses.
// oxlint-disable-next-line no-restricted-imports, import/default
import workerAddress from '../worker/entry.ts?worker&url';
import { writeBackendRequest } from './backend-request.ts';
import type { BackendRequest } from './protocol.ts';

/**
 * The engine's worker, as Vite finds and bundles it.
 * @param ahead what `start` will ask for. The worker finds it in its own name and begins to load it: a
 *   message would wait until the worker's script has run, and then until the page has time
 */
export function createWorker(ahead?: BackendRequest): Worker {
  const name = ahead === undefined ? 'heed' : `heed?${writeBackendRequest(ahead)}`;
  return new Worker(workerAddress, { type: 'module', name });
}
