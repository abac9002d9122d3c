import type { EngineFailure } from './protocol.ts';

/** A call that failed. `failure.message` is one sentence for the person. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly failure: EngineFailure;

  constructor(failure: EngineFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** A call that was aborted, or overtaken by a newer run of its slot. Nothing to tell the person. */
export class CancelledError extends Error {
  /** As the platform names it, so that code that knows only the platform's errors understands. */
  override readonly name = 'AbortError';

  constructor() {
    super('The call was cancelled.');
  }
}

/** Whether work was aborted, by the page or by the engine: nothing to tell the person. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** What went wrong, for the person. What no one foresaw is logged, too. */
export function sentenceOf(error: unknown): string {
  if (error instanceof EngineError) return error.failure.message;
  console.error(error);
  return `Something went wrong inside Heed: ${error instanceof Error ? error.message : String(error)}`;
}
