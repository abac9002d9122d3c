import type { Call, Calls, Progress } from '../engine/protocol.ts';
import type { TranslationNews } from '../engine/translation-protocol.ts';

/** What work that takes its time is given. */
export interface WorkContext {
  /** Aborted when the page has cancelled the call. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** What the engine knows of one call beside its arguments. */
export interface CallContext extends WorkContext {
  /** What a translation says while it is under way. */
  readonly onNews: (news: TranslationNews) => void;
}

/** A function for each call of the protocol. */
export type Handlers = {
  readonly [C in Call]: (
    args: Calls[C]['args'],
    context: CallContext,
  ) => Promise<Calls[C]['result']>;
};
