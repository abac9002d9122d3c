import { isUnchanged } from '../../engine/attention-changes.ts';
import type { ChangesActions } from './changes-actions.ts';
import type { MapReader } from './map-reader.ts';
import { closePicture } from './picture/decode.ts';
import type { SessionCore } from './session-core.ts';
import { emptyPane, type LensView } from './state.ts';

/** The pane beside the main one: another map of its picture, or a picture of its own. */
export class CompareActions {
  readonly #core: SessionCore;
  readonly #maps: MapReader;
  readonly #changes: ChangesActions;

  constructor(core: SessionCore, maps: MapReader, changes: ChangesActions) {
    this.#core = core;
    this.#maps = maps;
    this.#changes = changes;
  }

  /**
   * Opens the compare pane on the main picture, as the model is: with the lens that the main pane
   * doesn't show, or with the same one while there are changes.
   */
  open(view?: LensView): void {
    const { main, model, baseRun, shownChanges } = this.#core.state;
    const other = model?.lenses.find(({ id }) => id !== main.view.lens)?.id ?? main.view.lens;
    const lens = isUnchanged(shownChanges) ? other : main.view.lens;
    const pane = emptyPane(view ?? { ...main.view, lens });
    this.#core.set({ compare: { ...pane, run: baseRun } });
    void this.#maps.refreshPane('compare');
  }

  /** Closes the pane. A picture of its own goes with its run. */
  close(): void {
    const { compare } = this.#core.state;
    this.#core.work.abort('picture:compare');
    this.#core.set({ compare: null });
    if (!compare?.picture) return;
    closePicture(compare.picture);
    if (compare.run)
      void this.#core.engine.call('release', { run: compare.run.run }).catch(() => undefined);
    this.#changes.followComparedRun();
  }

  /** The compare pane shows the main pane's picture again. */
  showSamePicture(): void {
    const { compare } = this.#core.state;
    if (!compare?.picture) return;
    this.close();
    this.open(compare.view);
  }
}
