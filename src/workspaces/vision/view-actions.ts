import type { LensId, LensOptions } from '../../engine/protocol.ts';
import type { MatrixView } from '../../views/matrix/layout-matrix.ts';
import type { MapReader } from './map-reader.ts';
import { isOneHead } from './pane-map.ts';
import type { SessionCore } from './session-core.ts';
import type { Display, LensView, PaneName, VisionState } from './state.ts';

/** What of the runs is looked at, and how it is drawn. */
export class ViewActions {
  readonly #core: SessionCore;
  readonly #maps: MapReader;

  constructor(core: SessionCore, maps: MapReader) {
    this.#core = core;
    this.#maps = maps;
  }

  /** Another map of a pane: another head, layer or lens. */
  setView(change: Partial<LensView>, name: PaneName = 'main'): void {
    const pane = this.#core.state[name];
    if (!pane) return;
    const view = { ...pane.view, ...change };
    // A single head's map is in the page already; another lens keeps its map until the new one comes.
    const isInPage = name === 'main' && isOneHead(view);
    this.#core.setPane(name, isInPage ? { view, matrix: null, matrixView: null } : { view });
    void this.#maps.refreshPane(name);
    if (name === 'main') void this.#maps.refreshHeadMatrix();
  }

  setLensOption(lens: LensId, change: LensOptions, name: PaneName = 'main'): void {
    const view = this.#core.state[name]?.view;
    if (!view) return;
    this.setView(
      { options: { ...view.options, [lens]: { ...view.options[lens], ...change } } },
      name,
    );
  }

  setQuery(query: number): void {
    const { main } = this.#core.state;
    if (!main.run || query < 0 || query >= main.run.tokenCount) return;
    this.#core.set({ query });
    this.#dropRowsInUse();
    void this.#maps.refreshRows();
  }

  setDirection(direction: VisionState['direction']): void {
    this.#core.set({ direction });
    this.#dropRowsInUse();
    void this.#maps.refreshRows();
  }

  /** While a map is drawn from the rows, rows of another query would be taken for this one's. */
  #dropRowsInUse(): void {
    if (!this.#core.state.main.matrix) this.#core.set({ rows: null });
  }

  hover(token: number | null): void {
    if (token !== this.#core.state.hovered) this.#core.set({ hovered: token });
  }

  setDisplay(change: Partial<Display>): void {
    this.#core.set({ display: { ...this.#core.state.display, ...change } });
  }

  /** Explains another label; null follows the best prediction. */
  setTarget(target: number | null): void {
    this.#core.set({ target });
    void this.#maps.refreshPane('main');
    void this.#maps.refreshPane('compare');
  }

  /** Whether a press on the picture hides patches, or makes one the query. */
  setHidingPatches(isHidingPatches: boolean): void {
    this.#core.set({ isHidingPatches });
  }

  setMatrixView(matrixView: MatrixView): void {
    this.#core.set({ matrixView });
  }

  /** The key of the matrix's cell that may be cut. */
  pinKey(pinnedKey: number | null): void {
    this.#core.set({ pinnedKey });
  }
}
