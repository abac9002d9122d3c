import type { Engine } from '../../engine/client.ts';
import { EngineError } from '../../engine/errors.ts';
import { PictureError } from './picture/decode.ts';
import {
  createVisionStore,
  type Pane,
  type PaneName,
  type VisionState,
  type VisionStore,
} from './state.ts';

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** What every part of the session has in common: the store, the engine, and the work under way. */
export class SessionCore {
  readonly store: VisionStore = createVisionStore();
  readonly engine: Engine;
  /** The newest piece of work of each name; an older one is aborted when it is replaced. */
  readonly #work = new Map<string, AbortController>();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  get state(): VisionState {
    return this.store.getState();
  }

  set(change: Partial<VisionState>): void {
    this.store.setState(change);
  }

  setPane(name: PaneName, change: Partial<Pane>): void {
    const pane = this.state[name];
    if (pane) this.set({ [name]: { ...pane, ...change } });
  }

  abort(...names: readonly string[]): void {
    for (const name of names) this.#work.get(name)?.abort();
  }

  /** Ends all work under way. */
  abortAll(): void {
    this.abort(...this.#work.keys());
  }

  /** Whether newer work of a name took the place of the one with this signal. */
  isOvertaken(name: string, signal: AbortSignal): boolean {
    const newest = this.#work.get(name);
    return newest !== undefined && newest.signal !== signal;
  }

  /** Runs the newest work of a name, ends the older, and turns a failure into the alert. */
  async attempt(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#work.get(name)?.abort();
    const controller = new AbortController();
    this.#work.set(name, controller);
    try {
      await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted || isAbort(error)) return;
      const kind = this.state.main.run ? 'ready' : 'failed';
      this.set({ alert: sentenceOf(error), activity: { kind } });
    } finally {
      if (this.#work.get(name) === controller) this.#work.delete(name);
    }
  }
}

/** What went wrong, for the person. */
export function sentenceOf(error: unknown): string {
  if (error instanceof EngineError) return error.failure.message;
  if (error instanceof PictureError) return error.message;
  console.error(error);
  return `Something went wrong inside Heed: ${error instanceof Error ? error.message : String(error)}`;
}
