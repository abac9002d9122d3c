import { withCode } from './language-code.ts';
import { allModels, modelsBeside, type TranslationModel } from './models.ts';
import { samplesFor } from './samples.ts';
import type { SessionCore } from './session-core.ts';
import type { SideRuns } from './side-runs.ts';
import { emptySide, type SideName } from './state.ts';

/** Which models translate: one, or two beside each other. */
export class ModelActions {
  readonly #core: SessionCore;
  readonly #runs: SideRuns;

  constructor(core: SessionCore, runs: SideRuns) {
    this.#core = core;
    this.#runs = runs;
  }

  /** The model before it stays until this one is loaded. A sample is changed with the language. */
  async setModel(id: string, name: SideName = 'main'): Promise<void> {
    const { opened, text, compare } = this.#core.state;
    const next = allModels(opened).find((model) => model.id === id);
    const side = this.#core.state[name];
    if (!next || !side) return;
    const { from } = side.model;
    if (name === 'main' && from !== next.from) {
      const isSample = samplesFor(from).some((sample) => sample.text === withCode(text, null));
      const first = samplesFor(next.from)[0];
      if (isSample && first) this.#core.set({ text: first.text });
    }
    this.#core.set({ draft: null });
    const translated = this.#runs.run(name, next);
    const isBeside = modelsBeside(next, opened).some((model) => model.id === compare?.model.id);
    // Two models of different languages have no sentence in common.
    if (name === 'main' && compare && !isBeside) this.openCompare(next);
    await translated;
  }

  /**
   * Has another model translate the same text beside the main one.
   * @param model absent for the first other one of the same language
   */
  openCompare(model?: TranslationModel): void {
    const { main, opened } = this.#core.state;
    const other = modelsBeside(main.model, opened).find(({ id }) => id !== main.model.id);
    const compared = model ?? other ?? main.model;
    this.#core.set({ compare: emptySide(compared) });
    void this.#runs.run('compare', compared);
  }

  closeCompare(): void {
    const { compare } = this.#core.state;
    this.#core.work.abort('compare', 'read:compare');
    this.#core.set({ compare: null });
    if (compare?.run)
      void this.#core.engine.call('release', { run: compare.run.run }).catch(() => undefined);
    this.#core.settle();
  }
}
