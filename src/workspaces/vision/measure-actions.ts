import type { LensId, LensRequest } from '../../engine/protocol.ts';
import type { Faithfulness, FaithfulnessRequest, Removal } from '../../engine/what-if-protocol.ts';
import { mapKey } from './faithfulness-of.ts';
import { lensRequest } from './matrix-cache.ts';
import { describeView } from './pane-words.ts';
import type { SessionCore } from './session-core.ts';
import type { Measuring } from './state.ts';
import { targetOf } from './target.ts';

/** A model of fewer patches takes them away one by one. */
const mostSteps = 32;
const randomOrderCount = 10;
const seed = 1;

/** Measurements that take seconds: how far they are is in the state, and they can be cancelled. */
export class MeasureActions {
  readonly #core: SessionCore;

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** Switches off every head in turn. */
  async measureHeads(): Promise<void> {
    const { main } = this.#core.state;
    const target = targetOf(this.#core.state);
    if (!main.run || target === null) return;
    const { run } = main.run;
    await this.#measure('heads', async (signal, onProgress) => {
      const result = await this.#core.engine.call(
        'headImportance',
        { run, target },
        { signal, onProgress },
      );
      signal.throwIfAborted();
      this.#core.set({ importance: { run, target, result } });
    });
  }

  /** The curves of the map in view, or of every lens that the model has. */
  async measureFaithfulness(which: 'view' | 'all'): Promise<void> {
    const { main, model, query, removal } = this.#core.state;
    const target = targetOf(this.#core.state);
    if (!main.run || !model || target === null) return;
    const { run, tokenCount, specialTokens } = main.run;
    const stepCount = Math.min(mostSteps, tokenCount - specialTokens.length);
    const lenses: readonly LensId[] =
      which === 'view'
        ? [main.view.lens]
        : model.lenses.filter(({ unavailable }) => unavailable === null).map(({ id }) => id);
    const views = lenses.map((lens) => ({ ...main.view, lens }));
    const maps = views.map((view): { request: LensRequest; query: number } => ({
      request: lensRequest(model, run, view, target),
      query,
    }));
    const request: FaithfulnessRequest = {
      run,
      target,
      maps,
      stepCount,
      randomOrderCount,
      seed,
      removal,
      // Among all lenses is `Occlusion`, so that the scan is made in any case.
      scansOcclusion: which === 'all',
    };
    const measured = views.map((view) => ({
      view,
      words: describeView(model, view),
      key: mapKey(model, view, target),
    }));
    const show = (result: Faithfulness, isCompared: boolean): void =>
      this.#core.set({
        faithfulness: { run, query, target, removal, views: measured, result, isCompared, seed },
      });
    await this.#measure('faithfulness', async (signal, onProgress) => {
      const measure = (change: Partial<FaithfulnessRequest>): Promise<Faithfulness> =>
        this.#core.engine.call(
          'measureFaithfulness',
          { ...request, ...change },
          { signal, onProgress },
        );
      const curves = await measure({});
      signal.throwIfAborted();
      show(curves, request.scansOcclusion === true);
      if (request.scansOcclusion) return;
      // The curves are seen while every patch is left out in turn, which takes longer than they did.
      const { maps: compared } = await measure({
        scansOcclusion: true,
        stepCount: 1,
        randomOrderCount: 0,
      });
      signal.throwIfAborted();
      const withCorrelation = curves.maps.map((map, index) => ({
        ...map,
        occlusionCorrelation: compared[index]?.occlusionCorrelation ?? null,
      }));
      show({ ...curves, maps: withCorrelation }, true);
    });
  }

  cancel(name: Measuring): void {
    this.#core.work.abort(`measure:${name}`);
  }

  setRemoval(removal: Removal): void {
    this.#core.set({ removal });
  }

  /** The last result stays until a new one has come. */
  async #measure(
    name: Measuring,
    work: (
      signal: AbortSignal,
      onProgress: (progress: { done: number; total: number | null }) => void,
    ) => Promise<void>,
  ): Promise<void> {
    const set = (progress: { done: number; total: number | null } | null): void =>
      this.#core.set({ measuring: { ...this.#core.state.measuring, [name]: progress } });
    await this.#core.attempt(`measure:${name}`, async (signal) => {
      set({ done: 0, total: null });
      try {
        await work(signal, ({ done, total }) => {
          if (!signal.aborted) set({ done, total });
        });
      } finally {
        // A newer measurement of the same name shows its own progress.
        if (!this.#core.work.isOvertaken(`measure:${name}`, signal)) set(null);
      }
    });
  }
}
