import type { Engine } from '../../engine/client.ts';
import { EngineError } from '../../engine/errors.ts';
import type { TranslationNews } from '../../engine/translation-protocol.ts';
import { applyNews, type LiveSentence } from './live.ts';
import { shownSentence, type ShownSentence } from './shown.ts';
import {
  createTranslationStore,
  type Side,
  type SideName,
  type TranslationState,
  type TranslationStore,
} from './state.ts';

/** How long typing must rest before it is translated. */
const typingRestMs = 300;

/** Work that the page is not ready before. */
const settling: readonly string[] = ['main', 'compare', 'changes', 'lens'];

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** An index held within what there is. */
export function within(value: number, count: number): number {
  return Math.max(0, Math.min(count - 1, value));
}

/** What every part of the session has in common: the store, the engine, and the work under way. */
export class SessionCore {
  readonly store: TranslationStore = createTranslationStore();
  readonly engine: Engine;
  /** The newest piece of work of each name; an older one is aborted when it is replaced. */
  readonly #work = new Map<string, AbortController>();
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  get state(): TranslationState {
    return this.store.getState();
  }

  set(change: Partial<TranslationState>): void {
    this.store.setState(change);
  }

  setSide(name: SideName, change: Partial<Side>): void {
    const side = this.state[name];
    if (side) this.set({ [name]: { ...side, ...change } });
  }

  shown(): ShownSentence | null {
    const { main, sentence, hypothesis } = this.state;
    return shownSentence(main, sentence, hypothesis);
  }

  selectTargetToken(token: number): void {
    const shown = this.shown();
    if (shown) this.set({ targetToken: within(token, shown.target.ids.length) });
  }

  whenTypingRests(work: () => Promise<void>): void {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void work(), typingRestMs);
  }

  stopWaiting(): void {
    clearTimeout(this.#typing);
    this.#typing = undefined;
  }

  /** What waits for the engine no longer; the page is ready again if nothing else is under way. */
  settle(): void {
    const isWaiting = this.#typing !== undefined;
    if (isWaiting || settling.some((name) => this.#work.has(name))) return;
    this.set({ activity: { kind: this.state.main.run ? 'ready' : 'failed' } });
  }

  abort(...names: readonly string[]): void {
    for (const name of names) {
      this.#work.get(name)?.abort();
      this.#work.delete(name);
    }
  }

  /** Runs the newest work of a name, ends the older, and turns a failure into the alert. */
  async attempt(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#work.get(name)?.abort();
    const controller = new AbortController();
    this.#work.set(name, controller);
    try {
      await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!isAbort(error)) this.set({ alert: sentenceOf(error) });
      if (name === 'main' || name === 'compare') this.setSide(name, { live: null });
    } finally {
      if (this.#work.get(name) === controller) {
        this.#work.delete(name);
        if (settling.includes(name)) this.settle();
      }
    }
  }

  /**
   * Shows the news of a translation while it is under way, once a frame.
   * @param before the sentences that news counts on from
   */
  async withNews<Result>(
    name: SideName,
    before: readonly LiveSentence[],
    work: (onNews: (news: TranslationNews) => void) => Promise<Result>,
  ): Promise<Result> {
    let live = before;
    let frame = 0;
    const onNews = (news: TranslationNews): void => {
      live = applyNews(live, news);
      cancelAnimationFrame(frame);
      // A sentence without a token yet would blank what is shown.
      if (news.type === 'steps') frame = requestAnimationFrame(() => this.setSide(name, { live }));
    };
    try {
      return await work(onNews);
    } finally {
      cancelAnimationFrame(frame);
    }
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof EngineError) return error.failure.message;
  console.error(error);
  return `Something went wrong inside Heed: ${error instanceof Error ? error.message : String(error)}`;
}
