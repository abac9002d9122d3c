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
