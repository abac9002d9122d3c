import type { Engine } from '../../engine/client.ts';
import type { ModelSource } from '../../engine/model-protocol.ts';
import { identityOf } from '../../engine/model-source.ts';
import { CancelledError } from '../../engine/errors.ts';
import { backendTitles, withRunTime } from '../../engine/engine-figures.ts';
import { isUnchanged, takesOtherRun } from '../../engine/attention-changes.ts';
import type {
  BackendRequest,
  EngineEvent,
  LensId,
  LensOptions,
  VisionModelInfo,
  VisionRun,
} from '../../engine/protocol.ts';
import { createGeometry, type Fit } from '../../math/geometry.ts';
import { historyOf } from '../../math/history.ts';
import { type MatrixView, wholeMatrix } from '../../views/matrix/layout-matrix.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import { ChangesActions } from './changes-actions.ts';
import { embeddedModel } from './embedded-model.ts';
import { isModelOfLink, type LinkState, readLink, sampleOfLink } from './link.ts';
import { MapReader } from './map-reader.ts';
import { MeasureActions } from './measure-actions.ts';
import { isOneHead, LatestMap } from './pane-map.ts';
import { closePicture, type Picture } from './picture/decode.ts';
import { openPicture, type PictureSource } from './picture/open-picture.ts';
import { samples } from './picture/samples.ts';
import { SessionCore, wordsOf } from './session-core.ts';
import {
  type Display,
  emptyPane,
  firstViewOf,
  type LensView,
  type PaneName,
  type VisionState,
  type VisionStore,
  withoutRuns,
} from './state.ts';

/**
 * All that a person can do in the Vision workspace. Panels read `store` and call these; nothing
 * else writes the store.
 */
export class VisionSession {
  readonly store: VisionStore;
  /** What is done to the model's attention. */
  readonly changes: ChangesActions;
  /** What takes seconds to measure. */
  readonly measure: MeasureActions;
  /** What each pane shows of its map at the present query. */
  readonly paneMaps: Readonly<Record<PaneName, LatestMap>> = {
    main: new LatestMap(),
    compare: new LatestMap(),
  };
  readonly #core: SessionCore;
  readonly #maps: MapReader;
  readonly #backend: BackendRequest;
  #started = false;
  /** The model that is loaded first. */
  #firstLoad: Promise<unknown> = Promise.resolve();
  /** The pane that the next chosen file goes to. */
  #fileTarget: PaneName = 'main';

  constructor(engine: Engine, backend: BackendRequest) {
    this.#core = new SessionCore(engine);
    this.store = this.#core.store;
    this.#maps = new MapReader(this.#core);
    this.changes = new ChangesActions(this.#core, this.#maps);
    this.measure = new MeasureActions(this.#core);
    this.#backend = backend;
  }

  /**
   * Loads the model and runs the link's picture, or the first sample. Later calls do nothing.
   * @param parameters what follows `#/vision?`; nothing is done while its model is not open
   */
  async start(parameters: string): Promise<void> {
    if (this.#started || !this.knowsModelOf(parameters)) return;
    this.#started = true;
    const id = sampleOfLink(parameters) ?? samples[0]?.id ?? '';
    const decoding = openPicture({ kind: 'sample', id }, new AbortController().signal);
    // Awaited below; a failure before that is not unhandled.
    decoding.catch(() => undefined);
    const loading = this.#loadModel();
    this.#firstLoad = loading;
    const model = await loading;
    if (!model) return;
    const link = readLink(parameters, model);
    this.#takeLink(link);
    await this.#core.attempt('picture:main', async (signal) => {
      await this.#show('main', await decoding, signal, link.notice ?? undefined);
    });
    if (link.compare) await this.#compareAsLinked(link);
  }

  /** Whether a link's model comes with Heed, or is open already. */
  knowsModelOf(parameters: string): boolean {
    return isModelOfLink(parameters, this.#core.state) !== 'other';
  }

  /** Ends when no first model is loading any more: a newer load would cut it off. */
  async whenLoaded(): Promise<void> {
    await this.#firstLoad;
  }

  /**
   * Shows a model that was loaded in place of the one before it, on the same picture. If the new one
   * cannot be run on it after all, the one before it is loaded again.
   * @param parameters what follows `#/vision?`, where the model came by a link
   * @param notice said when the model is shown
   */
  async takeModel(
    model: VisionModelInfo,
    source: ModelSource,
    parameters: string | null = null,
    notice: string | null = null,
  ): Promise<void> {
    this.#started = true;
    const { model: before, opened, main } = this.#core.state;
    await this.#showModel(model, source, parameters);
    const { alert, main: shown } = this.#core.state;
    if (shown.run) {
      const { notice: before } = this.#core.state;
      if (notice !== null)
        this.#core.set({ notice: before === null ? notice : `${before} ${notice}` });
    } else if (before && main.run && alert !== null) {
      const source = opened ?? embeddedModel();
      const { precision } = before;
      const again = await this.#core.engine.call('loadVisionModel', { source, precision });
      await this.#showModel(again, source, null);
      this.#core.set({ alert });
    }
  }

  /** What another model is loading, shown in place of `Ready`; null when it is done. */
  setIncoming(incoming: string | null): void {
    this.#core.set({ incoming });
  }

  /** Takes up a link while the page is open. Its model must be known. */
  async openLink(parameters: string): Promise<void> {
    const { model, main, fit, opened } = this.#core.state;
    const linked = isModelOfLink(parameters, this.#core.state);
    if (!model || linked === 'other') return;
    if (linked === 'embedded' && opened !== null) {
      await this.#core.attempt('model', async (signal) => {
        const source = embeddedModel();
        const info = await this.#core.engine.call('loadVisionModel', { source }, { signal });
        await this.takeModel(info, source, parameters);
      });
      return;
    }
    const link = readLink(parameters, model);
    this.#takeLink(link);
    if (link.sample && link.sample !== main.picture?.sampleId)
      await this.openPicture({ kind: 'sample', id: link.sample });
    else if (JSON.stringify(fit) !== JSON.stringify(link.fit)) await this.rerun();
    else {
      this.setView(link.main);
      this.setQuery(link.query);
      await this.changes.apply();
    }
    await this.#compareAsLinked(link);
    if (link.notice) this.#core.set({ notice: link.notice });
  }

  async openPicture(
    source: PictureSource,
    pane: PaneName = 'main',
    notice?: string,
  ): Promise<void> {
    await this.#core.attempt(`picture:${pane}`, async (signal) => {
      const picture = await openPicture(source, signal);
      await this.#show(pane, picture, signal, notice);
    });
  }

  /** Takes the first picture among dropped, pasted or chosen files, and says so. */
  async openFiles(files: readonly File[], pane: PaneName = 'main'): Promise<void> {
    const first = files.find(({ type }) => type.startsWith('image/')) ?? files[0];
    if (!first) {
      this.fail('What you dropped holds no file.');
      return;
    }
    const notice =
      files.length > 1 ? `You gave ${files.length} files; “${first.name}” was taken.` : undefined;
    await this.openPicture(
      { kind: 'blob', blob: first, name: first.name || 'picture' },
      pane,
      notice,
    );
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
      await this.#core.attempt('picture:main', (signal) => this.#run('main', main.picture, signal));
    if (compare?.picture)
      await this.#core.attempt('picture:compare', (signal) =>
        this.#run('compare', compare.picture, signal),
      );
  }

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

  /**
   * Opens the compare pane on the main picture, as the model is: with the lens that the main pane
   * doesn't show, or with the same one while there are changes.
   */
  openCompare(view?: LensView): void {
    const { main, model, baseRun, shownChanges } = this.#core.state;
    const other = model?.lenses.find(({ id }) => id !== main.view.lens)?.id ?? main.view.lens;
    const lens = isUnchanged(shownChanges) ? other : main.view.lens;
    const pane = emptyPane(view ?? { ...main.view, lens });
    this.#core.set({ compare: { ...pane, run: baseRun } });
    void this.#maps.refreshPane('compare');
  }

  closeCompare(): void {
    const { compare } = this.#core.state;
    this.#core.work.abort('picture:compare');
    this.#core.set({ compare: null });
    if (!compare?.picture) return;
    closePicture(compare.picture);
    if (compare.run)
      void this.#core.engine.call('release', { run: compare.run.run }).catch(() => undefined);
    this.#followComparedRun();
  }

  /** The compare pane shows the main pane's picture again. */
  compareSamePicture(): void {
    const { compare } = this.#core.state;
    if (!compare?.picture) return;
    this.closeCompare();
    this.openCompare(compare.view);
  }

  fail(message: string): void {
    this.#core.set({ alert: message });
  }

  dismissAlert(): void {
    this.#core.set({ alert: null });
  }

  /** The engine lost its device or its worker: every trace is gone, so all is run again. */
  handleEngineEvent(event: EngineEvent): void {
    this.#maps.forget();
    if (event.type === 'backend-recovered') this.#core.set({ backend: event.backend });
    const notice =
      event.type === 'backend-recovered'
        ? `The graphics device was lost; Heed started again on ${backendTitles[event.backend.name]}`
        : 'The engine stopped and was started again';
    void this.rerun().then(() => this.#core.set({ notice: `${notice} (${event.reason}).` }));
  }

  /** Heads that take the compared run's weights run again when it is another one. */
  #followComparedRun(): void {
    if (takesOtherRun(this.#core.state.changes.present)) void this.changes.apply();
  }

  #takeLink({
    fit,
    query,
    direction,
    display,
    main,
    target,
    matrixView,
    changes,
  }: LinkState): void {
    this.#core.set({ fit, query, direction, display, target, matrixView });
    this.#core.set({ changes: historyOf(changes) });
    this.#core.setPane('main', { view: main });
  }

  async #compareAsLinked({ compare }: LinkState): Promise<void> {
    if (!compare) {
      this.closeCompare();
      return;
    }
    this.openCompare(compare.view);
    if (compare.sample) await this.openPicture({ kind: 'sample', id: compare.sample }, 'compare');
  }

  /** The picture that is shown, or a link's, or the first sample. */
  async #pictureFor(sampleId: string | null, signal: AbortSignal): Promise<Picture> {
    const { picture } = this.#core.state.main;
    if (picture && (sampleId === null || sampleId === picture.sampleId)) return picture;
    const id = sampleId ?? samples[0]?.id ?? '';
    return openPicture({ kind: 'sample', id }, signal);
  }

  /** Puts a model that the engine has loaded in the place of the one before, and runs it. */
  async #showModel(
    model: VisionModelInfo,
    source: ModelSource,
    parameters: string | null,
  ): Promise<void> {
    this.closeCompare();
    this.#core.work.abortAll();
    this.#releaseChangedRun();
    const isEmbedded = identityOf(source) === identityOf(embeddedModel());
    const { main } = this.#core.state;
    const view = firstViewOf(model, isEmbedded, main.view);
    this.#core.set({
      ...withoutRuns(view, main.picture),
      model,
      opened: isEmbedded ? null : source,
      activity: { kind: 'running' },
      alert: null,
      notice: null,
    });
    const link = parameters === null ? null : readLink(parameters, model);
    if (link) this.#takeLink(link);
    await this.#core.attempt('picture:main', async (signal) => {
      this.#core.set({ backend: await this.#core.engine.call('start', this.#backend) });
      const picture = await this.#pictureFor(link?.sample ?? null, signal);
      if (picture === main.picture) await this.#run('main', picture, signal);
      else await this.#show('main', picture, signal, link?.notice ?? undefined);
    });
    if (link?.compare) await this.#compareAsLinked(link);
  }

  #releaseChangedRun(): void {
    const { main, baseRun } = this.#core.state;
    if (main.run && main.run !== baseRun)
      void this.#core.engine.call('release', { run: main.run.run }).catch(() => undefined);
  }

  async #loadModel(): Promise<VisionModelInfo | null> {
    try {
      // At once: the files are read while the backend starts. The first picture follows.
      const [backend, model] = await Promise.all([
        this.#core.engine.call('start', this.#backend),
        this.#core.engine.call(
          'loadVisionModel',
          { source: embeddedModel(), warmUp: 'first-run' },
          { onProgress: (progress) => this.#core.set({ activity: { kind: 'loading', progress } }) },
        ),
      ]);
      this.#core.set({ model, backend });
      return model;
    } catch (error) {
      this.#started = false;
      // A model that the person opened took its place.
      if (error instanceof CancelledError) return null;
      this.#core.set({ activity: { kind: 'failed' }, alert: wordsOf(error) });
      return null;
    }
  }

  /** Runs a new picture and, only when that succeeded, lets it take the old one's place. */
  async #show(
    name: PaneName,
    picture: Picture,
    signal: AbortSignal,
    notice?: string,
  ): Promise<void> {
    try {
      signal.throwIfAborted();
      const previous = this.#core.state[name]?.picture;
      await this.#run(name, picture, signal);
      if (previous) closePicture(previous);
      this.#core.set({ notice: notice ?? picture.note });
    } catch (error) {
      closePicture(picture);
      throw error;
    }
  }

  async #run(name: PaneName, picture: Picture | null, signal: AbortSignal): Promise<void> {
    if (!picture) return;
    this.#core.set({ activity: { kind: 'running' }, notice: null });
    if (name === 'main') this.changes.pause();
    try {
      const image = await createImageBitmap(picture.pixels);
      signal.throwIfAborted();
      const { fit, query } = this.#core.state;
      const run = await this.#core.engine.call(
        'runVision',
        { image, fit: this.#fitFor(name, picture, fit), query, slot: name },
        { transfer: [image], signal },
      );
      signal.throwIfAborted();
      if (name === 'main') await this.#takeMainRun(picture, run, query, signal);
      else this.#takeComparedRun(picture, run);
    } finally {
      if (name === 'main') this.changes.resume();
    }
    await this.#maps.refreshPane(name);
    await nextPaint();
    signal.throwIfAborted();
    this.#core.set({ activity: { kind: 'ready' } });
    if (name === 'main')
      await Promise.all([this.#maps.refreshHeadMatrix(), this.#maps.refreshStatistics()]);
    else this.#followComparedRun();
  }

  /** A drawn crop belongs to the main picture; another one is cropped about its centre. */
  #fitFor(name: PaneName, picture: Picture, fit: Fit): Fit {
    const { model } = this.#core.state;
    if (fit.mode !== 'region' || !model) return fit;
    const { region } = createGeometry(picture.width, picture.height, model.input, fit);
    const inside =
      region.x >= 0 &&
      region.y >= 0 &&
      region.x + region.width <= picture.width &&
      region.y + region.height <= picture.height;
    return name === 'main' && inside ? fit : { mode: 'crop' };
  }

  async #takeMainRun(
    picture: Picture,
    run: VisionRun,
    query: number,
    signal: AbortSignal,
  ): Promise<void> {
    const shown = await this.changes.runUpon({ run, query }, signal);
    const { compare } = this.#core.state;
    this.#keepTime(run);
    // Another size is another matrix.
    if (this.#core.state.baseRun && this.#core.state.baseRun.tokenCount !== run.tokenCount)
      this.#core.set({ matrixView: wholeMatrix });
    this.#core.set({ baseRun: run, baseQuery: query, statistics: null });
    // They are of the picture before.
    this.#core.set({ importance: null, faithfulness: null });
    this.#core.setPane('main', { picture });
    this.changes.show(shown);
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
