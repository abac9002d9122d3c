import type { Engine } from '../../engine/client.ts';
import { backendTitles } from '../../engine/engine-figures.ts';
import { EngineError } from '../../engine/errors.ts';
import type {
  BackendRequest,
  EngineEvent,
  LensId,
  LensMatrix,
  LensOptions,
  VisionModelInfo,
  VisionRun,
} from '../../engine/protocol.ts';
import { createGeometry, type Fit } from '../../math/geometry.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import { type LinkState, readLink, sampleOfLink } from './link.ts';
import { lensRequest, MatrixCache, matrixKey } from './matrix-cache.ts';
import { isOneHead } from './pane-map.ts';
import { closePicture, decodePicture, type Picture, PictureError } from './picture/decode.ts';
import { fetchPicture } from './picture/fetch-picture.ts';
import { findSample, sampleAddress, samples } from './picture/samples.ts';
import {
  createVisionStore,
  type Display,
  emptyPane,
  type LensView,
  type Pane,
  type PaneName,
  type VisionState,
  type VisionStore,
} from './state.ts';

/** Where a picture comes from. */
export type PictureSource =
  | { readonly kind: 'blob'; readonly blob: Blob; readonly name: string }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'sample'; readonly id: string };

const modelAddress = new URL(`${import.meta.env.BASE_URL}models/heed-vit/`, document.baseURI).href;
const keptRunTimes = 200;

/** The view of the selected head by itself, whatever lens is on. */
function headView(view: LensView): LensView {
  return { ...view, lens: 'raw', options: { raw: { fusion: 'one' } } };
}

function viewKey(model: VisionModelInfo, run: number, view: LensView): string {
  return matrixKey(model, lensRequest(model, run, view));
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/**
 * All that a person can do in the Vision workspace. Panels read `store` and call these; nothing
 * else writes the store.
 */
export class VisionSession {
  readonly store: VisionStore = createVisionStore();
  readonly #engine: Engine;
  readonly #backend: BackendRequest;
  readonly #matrices = new MatrixCache();
  /** The newest piece of work of each name; an older one is aborted when it is replaced. */
  readonly #work = new Map<string, AbortController>();
  #started = false;
  /** The pane that the next chosen file goes to. */
  #fileTarget: PaneName = 'main';

  constructor(engine: Engine, backend: BackendRequest) {
    this.#engine = engine;
    this.#backend = backend;
  }

  /**
   * Loads the model and runs the link's picture, or the first sample. Later calls do nothing.
   * @param parameters what follows `#/vision?`
   */
  async start(parameters: string): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    const id = sampleOfLink(parameters) ?? samples[0]?.id ?? '';
    const decoding = this.#decode({ kind: 'sample', id }, new AbortController().signal);
    // Awaited below; a failure before that is not unhandled.
    decoding.catch(() => undefined);
    const model = await this.#loadModel();
    if (!model) return;
    const link = readLink(parameters, model);
    this.#takeLink(link);
    await this.#attempt('picture:main', async (signal) => {
      await this.#show('main', await decoding, signal);
    });
    if (link.compare) await this.#compareAsLinked(link);
  }

  /** Takes up a link while the page is open. */
  async openLink(parameters: string): Promise<void> {
    const { model, main, fit } = this.#state;
    if (!model) return;
    const link = readLink(parameters, model);
    this.#takeLink(link);
    if (link.sample && link.sample !== main.picture?.sampleId)
      await this.openPicture({ kind: 'sample', id: link.sample });
    else if (JSON.stringify(fit) !== JSON.stringify(link.fit)) await this.rerun();
    else {
      this.setView(link.main);
      this.setQuery(link.query);
    }
    await this.#compareAsLinked(link);
  }

  async openPicture(
    source: PictureSource,
    pane: PaneName = 'main',
    notice?: string,
  ): Promise<void> {
    await this.#attempt(`picture:${pane}`, async (signal) => {
      const picture = await this.#decode(source, signal);
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
    const target = this.#state[this.#fileTarget] ? this.#fileTarget : 'main';
    this.#fileTarget = 'main';
    return target;
  }

  /** A drawn crop starts out being edited. */
  setFit(fit: Fit): void {
    const wasRegion = this.#state.fit.mode === 'region';
    const isEditingRegion = fit.mode === 'region' && (this.#state.isEditingRegion || !wasRegion);
    this.#set({ fit, isEditingRegion });
    void this.rerun();
  }

  setEditingRegion(isEditingRegion: boolean): void {
    this.#set({ isEditingRegion });
  }

  /** Runs what is shown once more, in every pane. */
  async rerun(): Promise<void> {
    const { main, compare } = this.#state;
    if (main.picture)
      await this.#attempt('picture:main', (signal) => this.#run('main', main.picture, signal));
    if (compare?.picture)
      await this.#attempt('picture:compare', (signal) =>
        this.#run('compare', compare.picture, signal),
      );
  }

  setView(change: Partial<LensView>, name: PaneName = 'main'): void {
    const pane = this.#state[name];
    if (!pane) return;
    const view = { ...pane.view, ...change };
    // A single head's map is in the page already; another lens keeps its map until the new one comes.
    const isInPage = name === 'main' && isOneHead(view);
    this.#setPane(name, isInPage ? { view, matrix: null, matrixView: null } : { view });
    void this.#refreshPane(name);
    if (name === 'main') void this.#refreshHeadMatrix();
  }

  setLensOption(lens: LensId, change: LensOptions, name: PaneName = 'main'): void {
    const view = this.#state[name]?.view;
    if (!view) return;
    this.setView(
      { options: { ...view.options, [lens]: { ...view.options[lens], ...change } } },
      name,
    );
  }

  setQuery(query: number): void {
    const { main } = this.#state;
    if (!main.run || query < 0 || query >= main.run.tokenCount) return;
    this.#set({ query });
    this.#dropRowsInUse();
    void this.#refreshRows();
  }

  setDirection(direction: VisionState['direction']): void {
    this.#set({ direction });
    this.#dropRowsInUse();
    void this.#refreshRows();
  }

  /** While a map is drawn from the rows, rows of another query would be taken for this one's. */
  #dropRowsInUse(): void {
    if (!this.#state.main.matrix) this.#set({ rows: null });
  }

  hover(token: number | null): void {
    if (token !== this.#state.hovered) this.#set({ hovered: token });
  }

  setDisplay(change: Partial<Display>): void {
    this.#set({ display: { ...this.#state.display, ...change } });
  }

  /** Opens the compare pane on the main picture, with the lens that the main pane doesn't show. */
  openCompare(view?: LensView): void {
    const { main, model } = this.#state;
    const other = model?.lenses.find(({ id }) => id !== main.view.lens)?.id ?? main.view.lens;
    const pane = emptyPane(view ?? { ...main.view, lens: other });
    this.#set({ compare: { ...pane, run: main.run } });
    void this.#refreshPane('compare');
  }

  closeCompare(): void {
    const { compare } = this.#state;
    this.#work.get('picture:compare')?.abort();
    this.#set({ compare: null });
    if (!compare?.picture) return;
    closePicture(compare.picture);
    if (compare.run)
      void this.#engine.call('release', { run: compare.run.run }).catch(() => undefined);
  }

  /** The compare pane shows the main pane's picture again. */
  compareSamePicture(): void {
    const { compare } = this.#state;
    if (!compare?.picture) return;
    this.closeCompare();
    this.openCompare(compare.view);
  }

  fail(message: string): void {
    this.#set({ alert: message });
  }

  dismissAlert(): void {
    this.#set({ alert: null });
  }

  /** The engine lost its device or its worker: every trace is gone, so all is run again. */
  handleEngineEvent(event: EngineEvent): void {
    this.#matrices.clear();
    if (event.type === 'backend-recovered') this.#set({ backend: event.backend });
    const notice =
      event.type === 'backend-recovered'
        ? `The graphics device was lost; Heed started again on ${backendTitles[event.backend.name]}`
        : 'The engine stopped and was started again';
    void this.rerun().then(() => this.#set({ notice: `${notice} (${event.reason}).` }));
  }

  get #state(): VisionState {
    return this.store.getState();
  }

  #set(change: Partial<VisionState>): void {
    this.store.setState(change);
  }

  #setPane(name: PaneName, change: Partial<Pane>): void {
    const pane = this.#state[name];
    if (pane) this.#set({ [name]: { ...pane, ...change } });
  }

  #takeLink({ fit, query, direction, display, main }: LinkState): void {
    this.#set({ fit, query, direction, display });
    this.#setPane('main', { view: main });
  }

  async #compareAsLinked({ compare }: LinkState): Promise<void> {
    if (!compare) {
      this.closeCompare();
      return;
    }
    this.openCompare(compare.view);
    if (compare.sample) await this.openPicture({ kind: 'sample', id: compare.sample }, 'compare');
  }

  async #loadModel(): Promise<VisionModelInfo | null> {
    try {
      const backend = await this.#engine.call('start', this.#backend);
      const model = await this.#engine.call(
        'loadVisionModel',
        { address: modelAddress },
        { onProgress: (progress) => this.#set({ activity: { kind: 'loading', progress } }) },
      );
      this.#set({ model, backend });
      return model;
    } catch (error) {
      this.#started = false;
      this.#set({ activity: { kind: 'failed' }, alert: this.#sentence(error) });
      return null;
    }
  }

  async #decode(source: PictureSource, signal: AbortSignal): Promise<Picture> {
    switch (source.kind) {
      case 'blob':
        return decodePicture(source.blob, source.name);
      case 'address': {
        const { blob, name } = await fetchPicture(source.address, signal);
        return decodePicture(blob, name);
      }
      case 'sample': {
        const sample = findSample(source.id);
        if (!sample) throw new PictureError(`There is no sample called “${source.id}”.`);
        const response = await fetch(sampleAddress(sample.id), { signal });
        if (!response.ok)
          throw new PictureError(`The sample could not be loaded (error ${response.status}).`);
        return decodePicture(await response.blob(), sample.title, sample.id);
      }
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
      const previous = this.#state[name]?.picture;
      await this.#run(name, picture, signal);
      if (previous) closePicture(previous);
      this.#set({ notice: notice ?? picture.note });
    } catch (error) {
      closePicture(picture);
      throw error;
    }
  }

  async #run(name: PaneName, picture: Picture | null, signal: AbortSignal): Promise<void> {
    if (!picture) return;
    this.#set({ activity: { kind: 'running' }, notice: null });
    const image = await createImageBitmap(picture.pixels);
    signal.throwIfAborted();
    const { fit, query } = this.#state;
    const run = await this.#engine.call(
      'runVision',
      { image, fit: this.#fitFor(name, picture, fit), query, slot: name },
      { transfer: [image], signal },
    );
    signal.throwIfAborted();
    this.#takeRun(name, picture, run);
    await this.#refreshPane(name);
    await nextPaint();
    signal.throwIfAborted();
    this.#set({ activity: { kind: 'ready' } });
    if (name === 'main') await Promise.all([this.#refreshHeadMatrix(), this.#refreshStatistics()]);
  }

  /** A drawn crop belongs to the main picture; another one is cropped about its centre. */
  #fitFor(name: PaneName, picture: Picture, fit: Fit): Fit {
    const { model } = this.#state;
    if (fit.mode !== 'region' || !model) return fit;
    const { region } = createGeometry(picture.width, picture.height, model.input, fit);
    const inside =
      region.x >= 0 &&
      region.y >= 0 &&
      region.x + region.width <= picture.width &&
      region.y + region.height <= picture.height;
    return name === 'main' && inside ? fit : { mode: 'crop' };
  }

  #takeRun(name: PaneName, picture: Picture, run: VisionRun): void {
    const { compare, runTimes, direction } = this.#state;
    // The old map is not the new picture's.
    this.#setPane(name, { picture, run, matrix: null, matrixView: null });
    const times = [...runTimes, run.runMs].slice(-keptRunTimes);
    this.#set({ activity: { kind: 'drawing' }, alert: null, runTimes: times });
    if (name !== 'main') return;
    // The run brought the query's rows; its columns are asked for.
    this.#set({ rows: direction === 'row' ? run.rows : null, statistics: null });
    if (direction === 'column') void this.#refreshRows();
    if (compare && !compare.picture) {
      this.#setPane('compare', { run, matrix: null, matrixView: null });
      void this.#refreshPane('compare');
    }
  }

  async #refreshPane(name: PaneName): Promise<void> {
    const { model } = this.#state;
    const pane = this.#state[name];
    if (!model || !pane?.run) return;
    const { run } = pane.run;
    await this.#attempt(`lens:${name}`, async (signal) => {
      const { matrix, key } = await this.#matrix(run, pane.view, signal);
      this.#setPane(name, { matrix, matrixView: pane.view });
      if (name === 'main' && key === viewKey(model, run, headView(pane.view)))
        this.#set({ headMatrix: matrix, headMatrixRun: run });
    });
  }

  async #refreshHeadMatrix(): Promise<void> {
    const { main, model } = this.#state;
    if (!main.run || !model) return;
    const { run } = main.run;
    const view = headView(main.view);
    // The overlay shows the very same matrix and brings it.
    if (viewKey(model, run, view) === viewKey(model, run, main.view)) return;
    await this.#attempt('head-matrix', async (signal) => {
      const { matrix } = await this.#matrix(run, view, signal);
      this.#set({ headMatrix: matrix, headMatrixRun: run });
    });
  }

  async #matrix(
    run: number,
    view: LensView,
    signal: AbortSignal,
  ): Promise<{ matrix: LensMatrix; key: string }> {
    const { model } = this.#state;
    if (!model) throw new Error('a map was asked for before the model was loaded');
    const request = lensRequest(model, run, view);
    const key = matrixKey(model, request);
    const kept = this.#matrices.get(key);
    const matrix = kept ?? (await this.#engine.call('applyLens', request, { signal }));
    signal.throwIfAborted();
    this.#matrices.set(key, matrix);
    return { matrix, key };
  }

  async #refreshRows(): Promise<void> {
    const { main, query, direction } = this.#state;
    if (!main.run) return;
    const { run } = main.run;
    await this.#attempt('rows', async (signal) => {
      const rows = await this.#engine.call('readQuery', { run, query, direction }, { signal });
      this.#set({ rows });
    });
  }

  async #refreshStatistics(): Promise<void> {
    const { main } = this.#state;
    if (!main.run) return;
    const { run } = main.run;
    await this.#attempt('statistics', async (signal) => {
      const statistics = await this.#engine.call('headStatistics', { run }, { signal });
      this.#set({ statistics });
    });
  }

  /** Runs the newest work of a name, ends the older, and turns a failure into the alert. */
  async #attempt(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#work.get(name)?.abort();
    const controller = new AbortController();
    this.#work.set(name, controller);
    try {
      await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted || isAbort(error)) return;
      const kind = this.#state.main.run ? 'ready' : 'failed';
      this.#set({ alert: this.#sentence(error), activity: { kind } });
    } finally {
      if (this.#work.get(name) === controller) this.#work.delete(name);
    }
  }

  #sentence(error: unknown): string {
    if (error instanceof EngineError) return error.failure.message;
    if (error instanceof PictureError) return error.message;
    console.error(error);
    return `Something went wrong inside Heed: ${error instanceof Error ? error.message : String(error)}`;
  }
}
