import { codeOfText, withCode } from './language-code.ts';
import type { LensActions } from './lens-actions.ts';
import type { SessionCore } from './session-core.ts';
import type { SideRuns } from './side-runs.ts';
import { largestBeamCount } from './state.ts';

/** Which text is translated, and how widely translations are searched. */
export class TextActions {
  readonly #core: SessionCore;
  readonly #runs: SideRuns;
  readonly #looking: LensActions;

  constructor(core: SessionCore, runs: SideRuns, looking: LensActions) {
    this.#core = core;
    this.#runs = runs;
    this.#looking = looking;
  }

  /** Takes what is typed; it is translated when typing rests. */
  setText(text: string): void {
    this.#core.set({ text, draft: null, activity: { kind: 'translating' } });
    this.#core.work.abort('main', 'compare', 'read:main', 'read:compare', 'changes');
    this.#looking.pause();
    this.#core.whenTypingRests(() => this.translate());
  }

  /** Translates the text at once, on every side. */
  async translate(): Promise<void> {
    this.#core.stopWaiting();
    this.#core.set({ draft: null });
    const { main, compare } = this.#core.state;
    // The engine does one after the other; the page is ready when both are done.
    await Promise.all([
      this.#runs.run('main', main.model),
      compare ? this.#runs.run('compare', compare.model) : null,
    ]);
  }

  /** A sample is translated into the language that the text before it was. */
  setSample(sample: string): void {
    const { text, main } = this.#core.state;
    const code = main.info?.languageCodes.length ? codeOfText(text) : null;
    this.#core.set({ text: withCode(sample, code) });
    void this.translate();
  }

  /** What a model of several languages translates into. */
  setLanguageCode(code: string): void {
    this.#core.set({ text: withCode(this.#core.state.text, code) });
    void this.translate();
  }

  setBeamCount(beamCount: number): void {
    if (!Number.isInteger(beamCount) || beamCount < 1 || beamCount > largestBeamCount) return;
    this.#core.set({ beamCount, activity: { kind: 'translating' } });
    this.#core.whenTypingRests(() => this.translate());
  }
}
