import type { LensMap, Progress, VisionModelInfo } from '../../engine/protocol.ts';
import { lensRequest, MatrixCache, matrixKey } from './matrix-cache.ts';
import type { SessionCore } from './session-core.ts';
import type { LensView, MeasureProgress, PaneName } from './state.ts';
import { targetOf } from './target.ts';

/** The view of the selected head by itself, whatever lens is on. */
function headView(view: LensView): LensView {
  return { ...view, lens: 'raw', options: { raw: { fusion: 'one' } } };
}

/** Asks the engine for what is drawn of a run: maps, the query's rows, statistics. */
export class MapReader {
  readonly #core: SessionCore;
  readonly #matrices = new MatrixCache();

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** The engine lost its traces; the numbers of runs may come again. */
  forget(): void {
    this.#matrices.clear();
  }

  /** The map of a pane's view. */
  async refreshPane(name: PaneName): Promise<void> {
    const { model } = this.#core.state;
    const pane = this.#core.state[name];
    if (!model || !pane?.run) return;
    const { run } = pane.run;
    const setProgress = (mapProgress: MeasureProgress | null): void => {
      if (mapProgress || this.#core.state[name]?.mapProgress)
        this.#core.setPane(name, { mapProgress });
    };
    await this.#core.attempt(`lens:${name}`, async (signal) => {
      // An older map's progress is not this one's.
      setProgress(null);
      try {
        const { matrix, key } = await this.#matrix(run, pane.view, signal, ({ done, total }) => {
          if (!signal.aborted) setProgress({ done, total });
        });
        this.#core.setPane(name, { matrix, matrixView: pane.view });
        if (name === 'main' && key === this.#keyOf(model, run, headView(pane.view)))
          this.#core.set({ headMatrix: matrix, headMatrixRun: run });
      } finally {
        if (!signal.aborted) setProgress(null);
      }
    });
  }

  /** The selected head's own matrix, where the pane's map is another one. */
  async refreshHeadMatrix(): Promise<void> {
    const { main, model } = this.#core.state;
    if (!main.run || !model) return;
    const { run } = main.run;
    const view = headView(main.view);
    // The overlay shows the very same matrix and brings it.
    if (this.#keyOf(model, run, view) === this.#keyOf(model, run, main.view)) return;
    await this.#core.attempt('head-matrix', async (signal) => {
      const { matrix } = await this.#matrix(run, view, signal);
      this.#core.set({ headMatrix: matrix, headMatrixRun: run });
    });
  }

  /** Every head's row, or column, of the query. */
  async refreshRows(): Promise<void> {
    const { main, query, direction } = this.#core.state;
    if (!main.run) return;
    const { run } = main.run;
    await this.#core.attempt('rows', async (signal) => {
      const rows = await this.#core.engine.call('readQuery', { run, query, direction }, { signal });
      this.#core.set({ rows });
    });
  }

  async refreshStatistics(): Promise<void> {
    const { main } = this.#core.state;
    if (!main.run) return;
    const { run } = main.run;
    await this.#core.attempt('statistics', async (signal) => {
      const statistics = await this.#core.engine.call('headStatistics', { run }, { signal });
      this.#core.set({ statistics });
    });
  }

  #keyOf(model: VisionModelInfo, run: number, view: LensView): string {
    return matrixKey(model, lensRequest(model, run, view, targetOf(this.#core.state)));
  }

  async #matrix(
    run: number,
    view: LensView,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void = () => {},
  ): Promise<{ matrix: LensMap; key: string }> {
    const { model } = this.#core.state;
    if (!model) throw new Error('a map was asked for before the model was loaded');
    const request = lensRequest(model, run, view, targetOf(this.#core.state));
    const key = matrixKey(model, request);
    const kept = this.#matrices.get(key);
    const matrix =
      kept ?? (await this.#core.engine.call('applyLens', request, { signal, onProgress }));
    signal.throwIfAborted();
    this.#matrices.set(key, matrix);
    return { matrix, key };
  }
}
