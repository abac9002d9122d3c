import {
  isUnchanged,
  type StackSize,
  takesOtherRun,
  withComparedRun,
} from '../../engine/attention-changes.ts';
import type { StackName } from '../../engine/protocol.ts';
import type {
  ChangedTranslation,
  TranslationModelInfo,
  TranslationStackName,
} from '../../engine/translation-protocol.ts';
import { type AttentionChanges, noChanges } from '../../engine/what-if-protocol.ts';
import { type History, historyOf, recorded, redone, undone } from '../../math/history.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import type { SessionCore } from './session-core.ts';
import { shownHypothesis } from './shown.ts';
import type { ChangedState, ReadAttention } from './state.ts';

/** The stacks that a model has, in the order of the menu. */
export function stacksOf({ stacks }: TranslationModelInfo): StackSize[] {
  return (['cross', 'encoder', 'decoder'] as const).flatMap((stack) => {
    const size = stacks[stack];
    return size ? [{ stack, ...size }] : [];
  });
}

/** Cuts and hidden tokens are counted in one sentence; heads are those of all. */
function withoutTokens({ heads }: AttentionChanges): AttentionChanges {
  return heads.length === 0 ? noChanges : { heads, cuts: [], hiddenTokens: [] };
}

/** What of the changes a model has: another one may have other stacks, layers and heads. */
function fitting(changes: AttentionChanges, { stacks }: TranslationModelInfo): AttentionChanges {
  const fits = (stack: StackName, layer: number, head: number): boolean => {
    const size = stack === 'self' ? null : stacks[stack];
    return size !== null && layer < size.layerCount && head < size.headCount;
  };
  const heads = changes.heads.filter(({ stack, layer, head }) => fits(stack, layer, head));
  const cuts = changes.cuts.filter(({ stack, layer, head }) => fits(stack, layer, head ?? 0));
  const isSame = heads.length === changes.heads.length && cuts.length === changes.cuts.length;
  return isSame ? changes : { ...changes, heads, cuts };
}

/** What a person changes in the model's attention, and what follows from it. */
export class ChangesActions {
  readonly #core: SessionCore;
  #isRunning = false;
  /** Whether the present changes have not been run upon what is shown. */
  #isBehind = false;
  /** The shown hypothesis that was looked at last, and its source. */
  #base: unknown = null;
  #source = '';
  #model: TranslationModelInfo | null = null;

  constructor(core: SessionCore) {
    this.#core = core;
    core.store.subscribe(() => this.#follow());
  }

  /**
   * One step that can be undone.
   * @param group joins the steps of one drag
   */
  edit(change: (changes: AttentionChanges) => AttentionChanges, group: string | null = null): void {
    const { changes } = this.#core.state;
    this.#take(recorded(changes, change(changes.present), group));
  }

  undo(): void {
    this.#take(undone(this.#core.state.changes));
  }

  redo(): void {
    this.#take(redone(this.#core.state.changes));
  }

  /** A step like any other: it can be undone. */
  reset(): void {
    this.edit((changes) => (isUnchanged(changes) ? changes : noChanges));
  }

  /** A link's changes, made for the sentence that is shown now. */
  open(changes: AttentionChanges): void {
    this.#take(historyOf(changes));
  }

  #take(changes: History<AttentionChanges>): void {
    if (changes === this.#core.state.changes) return;
    this.#core.set({ changes });
    void this.#apply();
  }

  /** Another sentence, or another translation of it, is shown: the changes are run upon that. */
  #follow(): void {
    this.#fitModel();
    const { state } = this.#core;
    const base = shownHypothesis(state);
    if (base !== null && base !== this.#base) {
      this.#base = base;
      const source = state.main.run?.sentences[state.sentence]?.source.ids.join(' ') ?? '';
      if (source !== this.#source) {
        this.#source = source;
        this.#forgetTokens();
      }
      void this.#apply();
    }
    const { changed, stack } = this.#core.state;
    if (changed !== null && changed.base === base && changed.read?.stack !== stack)
      void this.#readStack();
  }

  #fitModel(): void {
    const { main, changes } = this.#core.state;
    if (main.info === null || main.info === this.#model) return;
    this.#model = main.info;
    const present = fitting(changes.present, main.info);
    if (present !== changes.present) this.#core.set({ changes: historyOf(present) });
  }

  /** What was done to tokens of another sentence. */
  #forgetTokens(): void {
    const { past, present } = this.#core.state.changes;
    const hasTokens = [...past, present].some(
      ({ cuts, hiddenTokens }) => cuts.length + hiddenTokens.length > 0,
    );
    if (hasTokens) this.#core.set({ changes: historyOf(withoutTokens(present)) });
  }

  /**
   * Runs with the present changes. While a run is under way the newest changes wait for its end, so
   * that a drag shows what it does.
   */
  async #apply(): Promise<void> {
    this.#isBehind = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isBehind)
        await this.#core.attempt('changes', (signal) => this.#applyOnce(signal));
    } finally {
      this.#isRunning = false;
    }
  }

  async #applyOnce(signal: AbortSignal): Promise<void> {
    this.#isBehind = false;
    const { state } = this.#core;
    const base = shownHypothesis(state);
    const changes = this.#resolved();
    if (isUnchanged(changes)) {
      this.#forgetRun();
      return;
    }
    // While a translation is under way there is nothing to change; its end takes the changes up.
    if (base === null || !state.main.run) return;
    this.#core.set({ activity: { kind: 'changing' }, alert: null });
    const { sentence, hypothesis, beamCount, stack } = state;
    const args = { run: state.main.run.run, sentence, hypothesis, changes, beamCount };
    const result = await this.#core.engine.call('translateChanged', args, { signal });
    signal.throwIfAborted();
    const read = await this.#readBoth(result, stack, signal);
    this.#core.set({ changed: { base, changes, result, ...read } });
    await nextPaint();
  }

  /** The run with changes is no longer needed. */
  #forgetRun(): void {
    const { changed } = this.#core.state;
    if (changed === null) return;
    this.#core.set({ changed: null });
    const { run } = changed.result;
    void this.#core.engine.call('release', { run }).catch(() => undefined);
  }

  async #readStack(): Promise<void> {
    await this.#core.attempt('read:changed', async (signal) => {
      const { changed, stack } = this.#core.state;
      if (changed === null) return;
      const read = await this.#readBoth(changed.result, stack, signal);
      if (this.#core.state.changed === changed)
        this.#core.set({ changed: { ...changed, ...read } });
    });
  }

  /** The matrices of the old target, which stands after all hypotheses, and of the best new one. */
  async #readBoth(
    { run, sentence }: ChangedTranslation,
    stack: TranslationStackName,
    signal: AbortSignal,
  ): Promise<Pick<ChangedState, 'read' | 'readNew'>> {
    const { length } = sentence.hypotheses;
    const [read, readNew] = await Promise.all([
      this.#read(run, length, stack, signal),
      length === 0 ? null : this.#read(run, 0, stack, signal),
    ]);
    return { read, readNew };
  }

  async #read(
    run: number,
    hypothesis: number,
    stack: TranslationStackName,
    signal: AbortSignal,
  ): Promise<ReadAttention | null> {
    if (!this.#core.state.main.info?.stacks[stack]) return null;
    const args = { run, sentence: 0, hypothesis, stack };
    const attention = await this.#core.engine.call('readStack', args, { signal });
    signal.throwIfAborted();
    return { stack, sentence: 0, hypothesis, attention };
  }

  /** With the compared translation's run, for heads that take its weights. */
  #resolved(): AttentionChanges {
    const { changes, compare } = this.#core.state;
    const other = compare?.run?.run ?? null;
    if (other === null && takesOtherRun(changes.present))
      this.#core.set({
        notice: 'Nothing is compared: heads that take its weights keep their own for now.',
      });
    return withComparedRun(changes.present, other);
  }
}
