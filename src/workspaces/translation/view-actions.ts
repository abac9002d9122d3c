import type { LensId } from '../../engine/protocol.ts';
import type { TranslationStackName } from '../../engine/translation-protocol.ts';
import { within } from '../../math/within.ts';
import type { LensActions } from './lens-actions.ts';
import type { SessionCore } from './session-core.ts';
import type { StackReader } from './stack-reader.ts';
import type { Display, HeadChoice, SideName, TokenPair } from './state.ts';

/** What of the translations is looked at, and how it is drawn. */
export class ViewActions {
  readonly #core: SessionCore;
  readonly #stacks: StackReader;
  readonly #looking: LensActions;

  constructor(core: SessionCore, stacks: StackReader, looking: LensActions) {
    this.#core = core;
    this.#stacks = stacks;
    this.#looking = looking;
  }

  selectSentence(sentence: number): void {
    this.#select({ sentence, hypothesis: 0 });
  }

  selectHypothesis(hypothesis: number): void {
    this.#select({ hypothesis });
  }

  selectTargetToken(token: number): void {
    this.#core.selectTargetToken(token);
  }

  selectSourceToken(token: number): void {
    const shown = this.#core.shown();
    if (shown) this.#core.set({ sourceToken: within(token, shown.source.ids.length) });
  }

  setStack(stack: TranslationStackName): void {
    if (stack === this.#core.state.stack) return;
    // Lenses other than the weights look from the target at the source.
    const lens = stack === 'cross' ? this.#core.state.lens : 'raw';
    this.#core.set({ stack, lens, hovered: null, pinned: null });
    void this.#stacks.refresh('main');
    void this.#stacks.refresh('compare');
  }

  /** @param lens the weights, or what looks across from target tokens at source tokens */
  setLens(lens: LensId): void {
    if (lens !== 'raw') this.setStack('cross');
    this.#looking.setLens(lens);
  }

  setWeightsOf(weightsOf: 'before' | 'after'): void {
    this.#core.set({ weightsOf });
  }

  setHiding(isHiding: boolean): void {
    this.#core.set({ isHiding });
  }

  setHead(change: Partial<HeadChoice>, name: SideName = 'main'): void {
    const side = this.#core.state[name];
    if (!side) return;
    const { stack } = this.#core.state;
    const choice = { ...side.heads[stack], isMean: false, ...change };
    this.#core.setSide(name, { heads: { ...side.heads, [stack]: choice } });
  }

  hover(hovered: TokenPair | null): void {
    const old = this.#core.state.hovered;
    if (old?.query !== hovered?.query || old?.key !== hovered?.key) this.#core.set({ hovered });
  }

  pin(pinned: TokenPair | null): void {
    this.#core.set({ pinned });
    if (pinned?.query === null || pinned?.query === undefined) return;
    if (this.#core.state.stack === 'encoder') this.selectSourceToken(pinned.query);
    else this.selectTargetToken(pinned.query);
  }

  setDisplay(change: Partial<Display>): void {
    this.#core.set({ display: { ...this.#core.state.display, ...change } });
  }

  setPlaying(isPlaying: boolean): void {
    this.#core.set({ isPlaying });
  }

  #select(change: { readonly sentence?: number; readonly hypothesis?: number }): void {
    this.#core.set({ ...change, targetToken: 0, sourceToken: 0, hovered: null, pinned: null });
    this.#core.set({ isPlaying: false, draft: null });
    void this.#stacks.refresh('main');
    void this.#stacks.refresh('compare');
  }
}
