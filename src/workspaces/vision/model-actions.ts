import { CancelledError } from '../../engine/errors.ts';
import type { ModelSource } from '../../engine/model-protocol.ts';
import { identityOf } from '../../engine/model-source.ts';
import type { BackendRequest, VisionModelInfo } from '../../engine/protocol.ts';
import type { CompareActions } from './compare-actions.ts';
import { embeddedModel } from './embedded-model.ts';
import { readLink } from './link.ts';
import type { LinkedView } from './linked-view.ts';
import type { Picture } from './picture/decode.ts';
import { openPicture } from './picture/open-picture.ts';
import { samples } from './picture/samples.ts';
import type { PictureRuns } from './picture-runs.ts';
import { type SessionCore, wordsOf } from './session-core.ts';
import { firstViewOf, withoutRuns } from './state.ts';

export interface ModelParts {
  readonly runs: PictureRuns;
  readonly comparison: CompareActions;
  readonly linked: LinkedView;
}

/** The model that runs: Heed's own at first, then whichever is opened. */
export class ModelActions {
  readonly #core: SessionCore;
  readonly #backend: BackendRequest;
  readonly #parts: ModelParts;

  constructor(core: SessionCore, backend: BackendRequest, parts: ModelParts) {
    this.#core = core;
    this.#backend = backend;
    this.#parts = parts;
  }

  /**
   * Loads Heed's own model, and starts the backend beside that.
   * @returns null if it failed, which the alert says, or a model that was opened took its place
   */
  async loadOwn(): Promise<VisionModelInfo | null> {
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
      if (error instanceof CancelledError) return null;
      this.#core.set({ activity: { kind: 'failed' }, alert: wordsOf(error) });
      return null;
    }
  }

  /**
   * Shows a model that was loaded in place of the one before it, on the same picture. If the new one
   * cannot be run on it after all, the one before it is loaded again.
   * @param parameters what follows `#/vision?`, where the model came by a link
   * @param notice said when the model is shown
   */
  async take(
    model: VisionModelInfo,
    source: ModelSource,
    parameters: string | null,
    notice: string | null,
  ): Promise<void> {
    const { model: before, opened, main } = this.#core.state;
    await this.#show(model, source, parameters);
    const { alert, main: shown } = this.#core.state;
    if (shown.run) {
      const { notice: before } = this.#core.state;
      if (notice !== null)
        this.#core.set({ notice: before === null ? notice : `${before} ${notice}` });
    } else if (before && main.run && alert !== null) {
      const source = opened ?? embeddedModel();
      const { precision } = before;
      const again = await this.#core.engine.call('loadVisionModel', { source, precision });
      await this.#show(again, source, null);
      this.#core.set({ alert });
    }
  }

  /** Puts a model that the engine has loaded in the place of the one before, and runs it. */
  async #show(
    model: VisionModelInfo,
    source: ModelSource,
    parameters: string | null,
  ): Promise<void> {
    const { comparison, linked, runs } = this.#parts;
    comparison.close();
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
    if (link) linked.take(link);
    await this.#core.attempt('picture:main', async (signal) => {
      this.#core.set({ backend: await this.#core.engine.call('start', this.#backend) });
      const picture = await this.#pictureFor(link?.sample ?? null, signal);
      if (picture === main.picture) await runs.run('main', picture, signal);
      else await runs.show('main', picture, signal, link?.notice ?? undefined);
    });
    if (link?.compare) await linked.compare(link);
  }

  /** The picture that is shown, or a link's, or the first sample. */
  async #pictureFor(sampleId: string | null, signal: AbortSignal): Promise<Picture> {
    const { picture } = this.#core.state.main;
    if (picture && (sampleId === null || sampleId === picture.sampleId)) return picture;
    const id = sampleId ?? samples[0]?.id ?? '';
    return openPicture({ kind: 'sample', id }, signal);
  }

  #releaseChangedRun(): void {
    const { main, baseRun } = this.#core.state;
    if (main.run && main.run !== baseRun)
      void this.#core.engine.call('release', { run: main.run.run }).catch(() => undefined);
  }
}
