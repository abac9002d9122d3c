import type { Engine } from '../../engine/client.ts';
import { isAbort, sentenceOf } from '../../engine/errors.ts';
import { NewestWork } from '../../engine/newest-work.ts';
import { PictureError } from './picture/decode.ts';
import {
  createVisionStore,
  type Pane,
  type PaneName,
  type VisionState,
  type VisionStore,
} from './state.ts';

/** What every part of the session has in common: the store, the engine, and the work under way. */
export class SessionCore {
  readonly store: VisionStore = createVisionStore();
  readonly engine: Engine;
  readonly work = new NewestWork();

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

  /** Runs the newest work of a name, ends the older, and turns a failure into the alert. */
  async attempt(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    await this.work.run(name, work, (error) => {
      if (isAbort(error)) return;
      const kind = this.state.main.run ? 'ready' : 'failed';
      this.set({ alert: wordsOf(error), activity: { kind } });
    });
  }
}

/** What went wrong, for the person. */
export function wordsOf(error: unknown): string {
  return error instanceof PictureError ? error.message : sentenceOf(error);
}
