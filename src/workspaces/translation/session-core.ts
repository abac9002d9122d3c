import type { Engine } from '../../engine/client.ts';
import { isAbort, sentenceOf } from '../../engine/errors.ts';
import { NewestWork } from '../../engine/newest-work.ts';
import type { TranslationNews } from '../../engine/translation-protocol.ts';
import { within } from '../../math/within.ts';
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

/** What every part of the session has in common: the store, the engine, and the work under way. */
export class SessionCore {
  readonly store: TranslationStore = createTranslationStore();
  readonly engine: Engine;
  readonly work = new NewestWork();
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
    if (isWaiting || settling.some((name) => this.work.has(name))) return;
    this.set({ activity: { kind: this.state.main.run ? 'ready' : 'failed' } });
  }

  /** Runs the newest work of a name, ends the older, and turns a failure into the alert. */
  async attempt(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const isNewest = await this.work.run(name, work, (error) => {
      if (!isAbort(error)) this.set({ alert: sentenceOf(error) });
      if (name === 'main' || name === 'compare') this.setSide(name, { live: null });
    });
    if (isNewest && settling.includes(name)) this.settle();
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
