import type { Call, Calls, Progress } from '../engine/protocol.ts';

/** What the engine knows of one call beside its arguments. */
export interface CallContext {
  /** Aborted when the page has cancelled the call. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** A function for each call of the protocol. */
export type Handlers = {
  readonly [C in Call]: (
    args: Calls[C]['args'],
    context: CallContext,
  ) => Promise<Calls[C]['result']>;
};
