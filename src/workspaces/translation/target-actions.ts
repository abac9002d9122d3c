import type { SentenceResult, TranslationRun } from '../../engine/translation-protocol.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import type { LiveSentence } from './live.ts';
import type { SessionCore } from './session-core.ts';
import { targetLines } from './shown.ts';
import type { StackReader } from './stack-reader.ts';
import type { Origin } from './state.ts';

/** What a person can do to the target: choose another token, or write one's own. */
export class TargetActions {
  readonly #core: SessionCore;
  readonly #stacks: StackReader;

  constructor(core: SessionCore, stacks: StackReader) {
    this.#core = core;
    this.#stacks = stacks;
  }

  /** The selected token becomes another one, and the translation goes on from there. */
  async continueWith(token: number): Promise<void> {
    const { main, sentence, targetToken, beamCount } = this.#core.state;
    const shown = this.#core.shown();
    if (!main.run || main.live || !shown) return;
    const { run } = main.run;
    const prefix = [...shown.target.ids.slice(0, targetToken), token];
    this.#core.set({ isPlaying: false, draft: null });
    await this.#core.attempt('main', async (signal) => {
      this.#core.set({ activity: { kind: 'translating' }, alert: null });
      const args = { run, sentence, prefix, beamCount };
      const result = await this.#core.withNews('main', liveBefore(main.run, sentence), (onNews) =>
        this.#core.engine.call('continueFrom', args, { signal, onNews }),
      );
      signal.throwIfAborted();
      await this.#takeSentence(sentence, result, 'continued', signal);
    });
  }

  /** Takes the person's own target, a line for each sentence; it is scored when typing rests. */
  setTarget(draft: string): void {
    this.#core.set({ draft, isPlaying: false, activity: { kind: 'scoring' } });
    this.#core.work.abort('main', 'read:main');
    this.#core.whenTypingRests(() => this.scoreTarget());
  }

  /** Scores what the person wrote in the target, token by token. */
  async scoreTarget(): Promise<void> {
    this.#core.stopWaiting();
    const { main, draft, sentence: selected, hypothesis } = this.#core.state;
    const run = main.run;
    if (!run || draft === null) {
      this.#core.settle();
      return;
    }
    const count = run.sentences.length;
    const lines = count === 1 ? [draft] : draft.split('\n');
    await this.#core.attempt('main', async (signal) => {
      this.#core.set({ activity: { kind: 'scoring' }, alert: null });
      if (lines.length !== count) {
        this.#core.set({
          alert: `The target has one line for each sentence: ${count}, not ${lines.length}.`,
        });
        this.#core.settle();
        return;
      }
      const shown = targetLines({ live: null, run }, selected, hypothesis);
      for (const [sentence, target] of lines.entries()) {
        if (target === shown[sentence]) continue;
        const args = { run: run.run, sentence, target };
        const result = await this.#core.engine.call('forceTarget', args, { signal });
        signal.throwIfAborted();
        this.#core.set({ sentence });
        await this.#takeSentence(sentence, result, 'forced', signal);
      }
      this.#core.settle();
    });
  }

  async #takeSentence(
    sentence: number,
    result: SentenceResult,
    origin: Origin,
    signal: AbortSignal,
  ): Promise<void> {
    const { main } = this.#core.state;
    if (!main.run) return;
    const run = { ...main.run, sentences: main.run.sentences.with(sentence, result) };
    const read = await this.#stacks.read('main', run, signal);
    const origins = main.origins.with(sentence, origin);
    this.#core.setSide('main', { run, origins, live: null, read });
    this.#core.set({ hypothesis: 0, hovered: null, pinned: null });
    this.#core.selectTargetToken(this.#core.state.targetToken);
    await this.#stacks.refresh('main');
    await nextPaint();
    signal.throwIfAborted();
  }
}

/** The finished sentences before the one that is translated again, so that news can count on. */
function liveBefore(run: TranslationRun | null, sentence: number): LiveSentence[] {
  return (run?.sentences ?? []).slice(0, sentence + 1).map(({ source, hypotheses }, index) => ({
    source,
    target: hypotheses[0]?.target ?? source,
    steps: index === sentence ? [] : (hypotheses[0]?.steps ?? []),
    rows: [],
  }));
}
