import { historyOf } from '../../math/history.ts';
import type { ChangesActions } from './changes-actions.ts';
import type { CompareActions } from './compare-actions.ts';
import type { LinkState } from './link.ts';
import type { PictureActions } from './picture-actions.ts';
import type { SessionCore } from './session-core.ts';
import type { ViewActions } from './view-actions.ts';

export interface LinkedParts {
  readonly pictures: PictureActions;
  readonly view: ViewActions;
  readonly changes: ChangesActions;
  readonly comparison: CompareActions;
}

/** Shows what a link of the present model holds. */
export class LinkedView {
  readonly #core: SessionCore;
  readonly #parts: LinkedParts;

  constructor(core: SessionCore, parts: LinkedParts) {
    this.#core = core;
    this.#parts = parts;
  }

  /** Takes a link's settings. A run that follows is made with them. */
  take({ fit, query, direction, display, main, target, matrixView, changes }: LinkState): void {
    this.#core.set({ fit, query, direction, display, target, matrixView });
    this.#core.set({ changes: historyOf(changes) });
    this.#core.setPane('main', { view: main });
  }

  /** Opens the compare pane as the link has it, or closes it. */
  async compare({ compare }: LinkState): Promise<void> {
    const { comparison, pictures } = this.#parts;
    if (!compare) {
      comparison.close();
      return;
    }
    comparison.open(compare.view);
    if (compare.sample) await pictures.open({ kind: 'sample', id: compare.sample }, 'compare');
  }

  /** Shows the link in place of what is shown, and runs only what that needs. */
  async show(link: LinkState): Promise<void> {
    const { pictures, view, changes } = this.#parts;
    const { main, fit } = this.#core.state;
    this.take(link);
    if (link.sample && link.sample !== main.picture?.sampleId)
      await pictures.open({ kind: 'sample', id: link.sample });
    else if (JSON.stringify(fit) !== JSON.stringify(link.fit)) await pictures.rerun();
    else {
      view.setView(link.main);
      view.setQuery(link.query);
      await changes.apply();
    }
    await this.compare(link);
    if (link.notice) this.#core.set({ notice: link.notice });
  }
}
