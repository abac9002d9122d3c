/**
 * Where the engine's worker begins: a few lines, so that what the backend needs is asked for while the
 * engine itself is still loading.
 */
import { readBackendRequest } from '../engine/backend-request.ts';
import { prepareBackend } from './backend/prepare.ts';

const [, wish] = self.name.split('?');
if (wish !== undefined) prepareBackend(readBackendRequest(wish));

const loading = import('./calls.ts');

self.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  // What comes before the engine is there waits for it, in order.
  void loading.then(({ receive }) => receive(data));
});

// An error that no call awaits leaves the engine in a state that nobody knows. Thrown outside any
// promise it reaches the page as the worker's `error` event, and the page starts a new worker.
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  const { reason }: { reason: unknown } = event;
  setTimeout(() => {
    throw reason instanceof Error ? reason : new Error(String(reason));
  });
});
