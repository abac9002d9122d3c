import type { Engine } from '../../engine/client.ts';
import { backendTitles } from '../../engine/engine-figures.ts';
import type { ModelSource } from '../../engine/model-protocol.ts';
import type { BackendRequest, EngineEvent, VisionModelInfo } from '../../engine/protocol.ts';
import { ChangesActions } from './changes-actions.ts';
import { CompareActions } from './compare-actions.ts';
import { embeddedModel } from './embedded-model.ts';
import { isModelOfLink, readLink, sampleOfLink } from './link.ts';
import { LinkedView } from './linked-view.ts';
import { MapReader } from './map-reader.ts';
import { MeasureActions } from './measure-actions.ts';
import { ModelActions } from './model-actions.ts';
import { LatestMap } from './pane-map.ts';
import { PictureActions } from './picture-actions.ts';
import { openPicture } from './picture/open-picture.ts';
import { samples } from './picture/samples.ts';
import { PictureRuns } from './picture-runs.ts';
import { SessionCore } from './session-core.ts';
import type { PaneName, VisionStore } from './state.ts';
import { ViewActions } from './view-actions.ts';

/**
 * All that a person can do in the Vision workspace. Panels read `store` and call these; nothing
 * else writes the store.
 */
export class VisionSession {
  readonly store: VisionStore;
  /** Which pictures are shown. */
  readonly pictures: PictureActions;
  /** What of the runs is looked at. */
  readonly view: ViewActions;
  /** What is done to the model's attention. */
  readonly changes: ChangesActions;
  /** The pane beside the main one. */
  readonly comparison: CompareActions;
  /** What takes seconds to measure. */
  readonly measure: MeasureActions;
  /** What each pane shows of its map at the present query. */
  readonly paneMaps: Readonly<Record<PaneName, LatestMap>> = {
    main: new LatestMap(),
    compare: new LatestMap(),
  };
  readonly #core: SessionCore;
  readonly #maps: MapReader;
  readonly #runs: PictureRuns;
  readonly #linked: LinkedView;
  readonly #models: ModelActions;
  #started = false;
  /** The model that is loaded first. */
  #firstLoad: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine, backend: BackendRequest) {
    const core = new SessionCore(engine);
    const maps = new MapReader(core);
    const changes = new ChangesActions(core, maps);
    const comparison = new CompareActions(core, maps, changes);
    const runs = new PictureRuns(core, maps, changes);
    const pictures = new PictureActions(core, runs);
    const view = new ViewActions(core, maps);
    const linked = new LinkedView(core, { pictures, view, changes, comparison });
    this.store = core.store;
    this.pictures = pictures;
    this.view = view;
    this.changes = changes;
    this.comparison = comparison;
    this.measure = new MeasureActions(core);
    this.#core = core;
    this.#maps = maps;
    this.#runs = runs;
    this.#linked = linked;
    this.#models = new ModelActions(core, backend, { runs, comparison, linked });
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
    const loading = this.#models.loadOwn();
    this.#firstLoad = loading;
    const model = await loading;
    if (!model) {
      this.#started = false;
      return;
    }
    const link = readLink(parameters, model);
    this.#linked.take(link);
    await this.#core.attempt('picture:main', async (signal) => {
      await this.#runs.show('main', await decoding, signal, link.notice ?? undefined);
    });
    if (link.compare) await this.#linked.compare(link);
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
   * Shows a model that was loaded, on the same picture.
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
    await this.#models.take(model, source, parameters, notice);
  }

  /** What another model is loading, shown in place of `Ready`; null when it is done. */
  setIncoming(incoming: string | null): void {
    this.#core.set({ incoming });
  }

  /** Takes up a link while the page is open. Its model must be known. */
  async openLink(parameters: string): Promise<void> {
    const { model, opened } = this.#core.state;
    const linked = isModelOfLink(parameters, this.#core.state);
    if (!model || linked === 'other') return;
    if (linked === 'embedded' && opened !== null)
      await this.#core.attempt('model', async (signal) => {
        const source = embeddedModel();
        const info = await this.#core.engine.call('loadVisionModel', { source }, { signal });
        await this.takeModel(info, source, parameters);
      });
    else await this.#linked.show(readLink(parameters, model));
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
    void this.pictures
      .rerun()
      .then(() => this.#core.set({ notice: `${notice} (${event.reason}).` }));
  }
}
