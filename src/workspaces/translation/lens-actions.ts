import type { LensId, LensValue } from '../../engine/protocol.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import { lensInView, lensMatrixInView, lensRequest } from './lens-view.ts';
import type { SessionCore } from './session-core.ts';
import { shownHypothesis } from './shown.ts';
import type { Activity } from './state.ts';

/** While these last, what is shown is about to go. */
const busy: readonly Activity['kind'][] = ['loading', 'translating', 'scoring', 'changing'];

/** What the sentence is looked at through, and measurements that take their time. */
export class LensActions {
  readonly #core: SessionCore;
  /** What was asked for last. */
  #asked: { readonly key: string; readonly base: unknown } | null = null;

  constructor(core: SessionCore) {
    this.#core = core;
    core.store.subscribe(() => this.#follow());
  }

  /** A lens other than the weights looks from target tokens at source tokens. */
  setLens(lens: LensId): void {
    if (lens === this.#core.state.lens) return;
    this.#core.set({ lens, hovered: null });
  }

  setOption(key: string, value: LensValue): void {
    const { lens, lensOptions } = this.#core.state;
    this.#core.set({
      lensOptions: { ...lensOptions, [lens]: { ...lensOptions[lens], [key]: value } },
    });
  }

  /** Ends what is computed and goes back to the weights. */
  cancel(): void {
    this.#core.work.abort('lens');
    this.#asked = null;
    this.#core.set({ lens: 'raw' });
    this.#core.settle();
  }

  /** Switches off every head of every stack in turn. */
  async measureHeads(): Promise<void> {
    const { state } = this.#core;
    const base = shownHypothesis(state);
    if (!state.main.run || base === null) return;
    const { sentence, hypothesis } = state;
    const args = { run: state.main.run.run, sentence, hypothesis };
    await this.#core.attempt('heads', async (signal) => {
      this.#core.set({ measuring: { done: 0, total: null } });
      try {
        const result = await this.#core.engine.call('translationHeadImportance', args, {
          signal,
          onProgress: ({ done, total }) => this.#core.set({ measuring: { done, total } }),
        });
        signal.throwIfAborted();
        this.#core.set({ importance: { base, result } });
      } finally {
        if (!signal.aborted) this.#core.set({ measuring: null });
      }
    });
  }

  /** The last measurement stays. */
  cancelHeads(): void {
    this.#core.work.abort('heads');
    this.#core.set({ measuring: null });
  }

  /** What is computed makes way for a translation; it is asked for again when that has ended. */
  pause(): void {
    this.#core.work.abort('lens', 'heads');
    this.#asked = null;
    if (this.#core.state.measuring !== null) this.#core.set({ measuring: null });
  }

  /** Asks for a map whenever what is looked at is another. */
  #follow(): void {
    const { state } = this.#core;
    // Another model may not have the lens.
    const description = state.main.info && lensInView(state);
    if (state.main.info !== null && description?.unavailable !== null && state.lens !== 'raw') {
      this.#core.set({ lens: 'raw' });
      return;
    }
    if (busy.includes(state.activity.kind)) return;
    const base = shownHypothesis(state);
    const request = lensRequest(state);
    if (request === null || base === null) {
      if (this.#asked === null) return;
      this.#asked = null;
      this.#core.work.abort('lens');
      this.#core.settle();
      return;
    }
    const key = JSON.stringify(request);
    if (this.#asked?.key === key && this.#asked.base === base) return;
    this.#asked = { key, base };
    if (lensMatrixInView(state) !== null) return;
    void this.#core.attempt('lens', async (signal) => {
      this.#core.set({ activity: { kind: 'looking', progress: null } });
      const matrix = await this.#core.engine.call('applyTranslationLens', request, {
        signal,
        onProgress: ({ done, total }) =>
          this.#core.set({ activity: { kind: 'looking', progress: { done, total } } }),
      });
      signal.throwIfAborted();
      const lensMap = { base, key, matrix };
      this.#core.set({ lensMap, ...(request.lens === 'occlusion' && { occlusionMap: lensMap }) });
      await nextPaint();
    });
  }

  /** What a link names, where the model has it. */
  open(lens: string | null, options: ReadonlyMap<string, string>): void {
    const { main } = this.#core.state;
    const found = main.info?.lenses.find(({ id, unavailable }) => id === lens && !unavailable);
    if (!found) return;
    this.setLens(found.id);
    const description = lensInView(this.#core.state);
    for (const parameter of description?.parameters ?? []) {
      const text = options.get(parameter.key);
      if (text === undefined) continue;
      if (parameter.kind === 'choice') {
        if (parameter.choices.some(({ value }) => value === text))
          this.setOption(parameter.key, text);
        continue;
      }
      const value = Number(text);
      const isWhole = !Number.isInteger(parameter.step) || Number.isInteger(value);
      if (value >= parameter.min && value <= parameter.max && isWhole)
        this.setOption(parameter.key, value);
    }
  }
}
