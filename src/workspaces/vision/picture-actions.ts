import type { Fit } from '../../math/geometry.ts';
import { openPicture, type PictureSource } from './picture/open-picture.ts';
import type { PictureRuns } from './picture-runs.ts';
import type { SessionCore } from './session-core.ts';
import type { PaneName } from './state.ts';

/** Which pictures the panes show, and how they are fitted to the model. */
export class PictureActions {
  readonly #core: SessionCore;
  readonly #runs: PictureRuns;
  /** The pane that the next chosen file goes to. */
  #fileTarget: PaneName = 'main';

  constructor(core: SessionCore, runs: PictureRuns) {
    this.#core = core;
    this.#runs = runs;
  }

  /**
   * Opens a picture and runs it in a pane.
   * @param notice said when it is shown
   */
  async open(source: PictureSource, pane: PaneName = 'main', notice?: string): Promise<void> {
    await this.#core.attempt(`picture:${pane}`, async (signal) => {
      const picture = await openPicture(source, signal);
      await this.#runs.show(pane, picture, signal, notice);
    });
  }

  /** Takes the first picture among dropped, pasted or chosen files, and says so. */
  async openFiles(files: readonly File[], pane: PaneName = 'main'): Promise<void> {
    const first = files.find(({ type }) => type.startsWith('image/')) ?? files[0];
    if (!first) {
      this.#core.set({ alert: 'What you dropped holds no file.' });
      return;
    }
    const notice =
      files.length > 1 ? `You gave ${files.length} files; “${first.name}” was taken.` : undefined;
    await this.open({ kind: 'blob', blob: first, name: first.name || 'picture' }, pane, notice);
  }

  /** Sends the next file that the person chooses to a pane. */
  aimFiles(pane: PaneName): void {
    this.#fileTarget = pane;
  }

  /** Where the chosen file goes; the one after it goes to the main pane again. */
  takeFileTarget(): PaneName {
    const target = this.#core.state[this.#fileTarget] ? this.#fileTarget : 'main';
    this.#fileTarget = 'main';
    return target;
  }

  /** A drawn crop starts out being edited. */
  setFit(fit: Fit): void {
    const wasRegion = this.#core.state.fit.mode === 'region';
    const isEditingRegion =
      fit.mode === 'region' && (this.#core.state.isEditingRegion || !wasRegion);
    this.#core.set({ fit, isEditingRegion });
    void this.rerun();
  }

  setEditingRegion(isEditingRegion: boolean): void {
    this.#core.set({ isEditingRegion });
  }

  /** Runs what is shown once more, in every pane. */
  async rerun(): Promise<void> {
    const { main, compare } = this.#core.state;
    if (main.picture)
      await this.#core.attempt('picture:main', (signal) =>
        this.#runs.run('main', main.picture, signal),
      );
    if (compare?.picture)
      await this.#core.attempt('picture:compare', (signal) =>
        this.#runs.run('compare', compare.picture, signal),
      );
  }
}
