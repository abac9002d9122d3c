import { withRunTime } from '../../engine/engine-figures.ts';
import type { VisionRun } from '../../engine/protocol.ts';
import { createGeometry, type Fit } from '../../math/geometry.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import { wholeMatrix } from '../../views/matrix/layout-matrix.ts';
import type { ChangesActions } from './changes-actions.ts';
import type { MapReader } from './map-reader.ts';
import { closePicture, type Picture } from './picture/decode.ts';
import type { SessionCore } from './session-core.ts';
import type { PaneName, VisionState } from './state.ts';

/** Runs pictures and takes what comes of them into the panes. */
export class PictureRuns {
  readonly #core: SessionCore;
  readonly #maps: MapReader;
  readonly #changes: ChangesActions;

  constructor(core: SessionCore, maps: MapReader, changes: ChangesActions) {
    this.#core = core;
    this.#maps = maps;
    this.#changes = changes;
  }

  /** Runs a new picture and, only when that succeeded, lets it take the old one's place. */
  async show(
    name: PaneName,
    picture: Picture,
    signal: AbortSignal,
    notice?: string,
  ): Promise<void> {
    try {
      signal.throwIfAborted();
      const previous = this.#core.state[name]?.picture;
      await this.run(name, picture, signal);
      if (previous) closePicture(previous);
      this.#core.set({ notice: notice ?? picture.note });
    } catch (error) {
      closePicture(picture);
      throw error;
    }
  }

  /** Runs a picture in a pane and draws its map. */
  async run(name: PaneName, picture: Picture | null, signal: AbortSignal): Promise<void> {
    if (!picture) return;
    this.#core.set({ activity: { kind: 'running' }, notice: null });
    if (name === 'main') this.#changes.pause();
    try {
      const image = await createImageBitmap(picture.pixels);
      signal.throwIfAborted();
      const { query } = this.#core.state;
      const run = await this.#core.engine.call(
        'runVision',
        { image, fit: fittingFit(name, picture, this.#core.state), query, slot: name },
        { transfer: [image], signal },
      );
      signal.throwIfAborted();
      if (name === 'main') await this.#takeMainRun(picture, run, query, signal);
      else this.#takeComparedRun(picture, run);
    } finally {
      if (name === 'main') this.#changes.resume();
    }
    await this.#maps.refreshPane(name);
    await nextPaint();
    signal.throwIfAborted();
    this.#core.set({ activity: { kind: 'ready' } });
    if (name === 'main')
      await Promise.all([this.#maps.refreshHeadMatrix(), this.#maps.refreshStatistics()]);
    else this.#changes.followComparedRun();
  }

  async #takeMainRun(
    picture: Picture,
    run: VisionRun,
    query: number,
    signal: AbortSignal,
  ): Promise<void> {
    const shown = await this.#changes.runUpon({ run, query }, signal);
    const { compare } = this.#core.state;
    this.#keepTime(run);
    // Another size is another matrix.
    if (this.#core.state.baseRun && this.#core.state.baseRun.tokenCount !== run.tokenCount)
      this.#core.set({ matrixView: wholeMatrix });
    this.#core.set({ baseRun: run, baseQuery: query, statistics: null });
    // They are of the picture before.
    this.#core.set({ importance: null, faithfulness: null });
    this.#core.setPane('main', { picture });
    this.#changes.show(shown);
    if (compare && !compare.picture) {
      this.#core.setPane('compare', { run, matrix: null, matrixView: null });
      void this.#maps.refreshPane('compare');
    }
  }

  #takeComparedRun(picture: Picture, run: VisionRun): void {
    this.#keepTime(run);
    // The old map is not the new picture's.
    this.#core.setPane('compare', { picture, run, matrix: null, matrixView: null });
    this.#core.set({ activity: { kind: 'drawing' }, alert: null });
  }

  #keepTime({ runMs }: VisionRun): void {
    this.#core.set({ runTimes: withRunTime(this.#core.state.runTimes, runMs) });
  }
}

/** A drawn crop belongs to the main picture; another one is cropped about its centre. */
function fittingFit(
  name: PaneName,
  picture: Picture,
  { fit, model }: Pick<VisionState, 'fit' | 'model'>,
): Fit {
  if (fit.mode !== 'region' || !model) return fit;
  const { region } = createGeometry(picture.width, picture.height, model.input, fit);
  const inside =
    region.x >= 0 &&
    region.y >= 0 &&
    region.x + region.width <= picture.width &&
    region.y + region.height <= picture.height;
  return name === 'main' && inside ? fit : { mode: 'crop' };
}
