import type { Engine } from '../../engine/client.ts';
import { leftOutInWords } from '../../engine/changes-link.ts';
import { withRunTime } from '../../engine/engine-figures.ts';
import type { BackendRequest, EngineEvent, LensId } from '../../engine/protocol.ts';
import type {
  TranslationModelInfo,
  TranslationRun,
  TranslationStackName,
} from '../../engine/translation-protocol.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import { ChangesActions } from './changes-actions.ts';
import { codeOfText, fittedText, withCode } from './language-code.ts';
import { LensActions } from './lens-actions.ts';
import {
  linkedChanges,
  type LinkState,
  modelOfLink,
  readLink,
  unknownCompareInWords,
} from './link.ts';
import { allModels, modelsBeside, sourceOf, type TranslationModel } from './models.ts';
import { samplesFor } from './samples.ts';
import { SessionCore, within } from './session-core.ts';
import { StackReader } from './stack-reader.ts';
import {
  type Display,
  emptySide,
  type HeadChoice,
  initialHeads,
  largestBeamCount,
  type Origin,
  type ReadAttention,
  type SideName,
  type TokenPair,
  type TranslationStore,
} from './state.ts';
import { TargetActions } from './target-actions.ts';

/**
 * All that a person can do in the Translation workspace. Panels read `store` and call these; nothing
 * else writes the store.
 */
export class TranslationSession {
  readonly store: TranslationStore;
  readonly #core: SessionCore;
  readonly #stacks: StackReader;
  readonly #target: TargetActions;
  readonly changes: ChangesActions;
  readonly looking: LensActions;
  readonly #backend: BackendRequest;
  #started = false;

  constructor(engine: Engine, backend: BackendRequest) {
    this.#core = new SessionCore(engine);
    this.store = this.#core.store;
    this.#stacks = new StackReader(this.#core);
    this.#target = new TargetActions(this.#core, this.#stacks);
    this.changes = new ChangesActions(this.#core);
    this.looking = new LensActions(this.#core);
    this.#backend = backend;
  }

  /**
   * Loads the model and translates the link's text, or the first sample. Later calls do nothing.
   * @param parameters what follows `#/translation?`; nothing is done while its model is not open
   */
  async start(parameters: string): Promise<void> {
    if (this.#started || !this.knowsModelOf(parameters)) return;
    await this.openLink(parameters);
  }

  /** Whether a link's model comes with Heed, or is open already. */
  knowsModelOf(parameters: string): boolean {
    return modelOfLink(new URLSearchParams(parameters), this.#core.state.opened) !== null;
  }

  /** Takes up a link, also while the page is open. Its model must be known. */
  async openLink(parameters: string): Promise<void> {
    const link = readLink(parameters, this.#core.state.opened);
    if (link.model) await this.#openLinkWith(link.model, link);
  }

  async #openLinkWith(model: TranslationModel, link: LinkState): Promise<void> {
    const { display, stack, compare } = link;
    this.#started = true;
    const text = link.text ?? this.#firstText(model);
    this.#core.set({ text, draft: null, display, stack, beamCount: link.beamCount });
    this.#core.set({ compare: compare ? emptySide(compare) : null });
    if (model.id !== this.#core.state.main.model.id) this.#core.set({ main: emptySide(model) });
    await Promise.all([
      this.#translate('main', model, (signal) => this.#applyLink(link, signal)),
      compare ? this.#translate('compare', compare) : null,
    ]);
  }

  /**
   * Shows a model that was opened, with a link's settings where it came by one. It joins those that
   * can be chosen.
   * @param parameters what follows `#/translation?`, or null
   * @param notice said when the model is shown
   */
  async takeModel(
    model: TranslationModel,
    parameters: string | null = null,
    notice: string | null = null,
  ): Promise<void> {
    if (model.opened) {
      const others = this.#core.state.opened.filter(({ id }) => id !== model.id);
      this.#core.set({ opened: [...others, model] });
    }
    if (parameters === null) {
      this.#started = true;
      if (this.#core.state.text === '') this.#core.set({ text: this.#firstText(model) });
      await this.setModel(model.id);
    } else await this.#openLinkWith(model, readLink(parameters, this.#core.state.opened));
    const { alert, notice: before } = this.#core.state;
    if (notice !== null && alert === null)
      this.#core.set({ notice: before === null ? notice : `${before} ${notice}` });
  }

  /** What another model is loading, shown in place of `Ready`; null when it is done. */
  setIncoming(incoming: string | null): void {
    this.#core.set({ incoming });
  }

  /** A sample in the model's language; where there is none, the text before it, or any sample. */
  #firstText({ from }: TranslationModel): string {
    const { text } = this.#core.state;
    return samplesFor(from)[0]?.text ?? (text || (samplesFor('English')[0]?.text ?? ''));
  }

  /** Takes what is typed; it is translated when typing rests. */
  setText(text: string): void {
    this.#core.set({ text, draft: null, activity: { kind: 'translating' } });
    this.#core.work.abort('main', 'compare', 'read:main', 'read:compare', 'changes');
    this.looking.pause();
    this.#core.whenTypingRests(() => this.translate());
  }

  /** Translates the text at once, on every side. */
  async translate(): Promise<void> {
    this.#core.stopWaiting();
    this.#core.set({ draft: null });
    const { main, compare } = this.#core.state;
    // The engine does one after the other; the page is ready when both are done.
    await Promise.all([
      this.#translate('main', main.model),
      compare ? this.#translate('compare', compare.model) : null,
    ]);
  }

  /** A sample is translated into the language that the text before it was. */
  setSample(sample: string): void {
    const { text, main } = this.#core.state;
    const code = main.info?.languageCodes.length ? codeOfText(text) : null;
    this.#core.set({ text: withCode(sample, code) });
    void this.translate();
  }

  /** What a model of several languages translates into. */
  setLanguageCode(code: string): void {
    this.#core.set({ text: withCode(this.#core.state.text, code) });
    void this.translate();
  }

  setBeamCount(beamCount: number): void {
    if (!Number.isInteger(beamCount) || beamCount < 1 || beamCount > largestBeamCount) return;
    this.#core.set({ beamCount, activity: { kind: 'translating' } });
    this.#core.whenTypingRests(() => this.translate());
  }

  /** The model before it stays until this one is loaded. A sample is changed with the language. */
  async setModel(id: string, name: SideName = 'main'): Promise<void> {
    const { opened, text, compare } = this.#core.state;
    const next = allModels(opened).find((model) => model.id === id);
    const side = this.#core.state[name];
    if (!next || !side) return;
    const { from } = side.model;
    if (name === 'main' && from !== next.from) {
      const isSample = samplesFor(from).some((sample) => sample.text === withCode(text, null));
      const first = samplesFor(next.from)[0];
      if (isSample && first) this.#core.set({ text: first.text });
    }
    this.#core.set({ draft: null });
    const translated = this.#translate(name, next);
    const isBeside = modelsBeside(next, opened).some((model) => model.id === compare?.model.id);
    // Two models of different languages have no sentence in common.
    if (name === 'main' && compare && !isBeside) this.openCompare(next);
    await translated;
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
    this.looking.setLens(lens);
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

  /** The selected token becomes another one, and the translation goes on from there. */
  continueWith(token: number): Promise<void> {
    return this.#target.continueWith(token);
  }

  /** Takes the person's own target, a line for each sentence; it is scored when typing rests. */
  setTarget(draft: string): void {
    this.#target.setTarget(draft);
  }

  /** Scores what the person wrote in the target, token by token. */
  scoreTarget(): Promise<void> {
    return this.#target.scoreTarget();
  }

  openCompare(model?: TranslationModel): void {
    const { main, opened } = this.#core.state;
    const other = modelsBeside(main.model, opened).find(({ id }) => id !== main.model.id);
    const compared = model ?? other ?? main.model;
    this.#core.set({ compare: emptySide(compared) });
    void this.#translate('compare', compared);
  }

  closeCompare(): void {
    const { compare } = this.#core.state;
    this.#core.work.abort('compare', 'read:compare');
    this.#core.set({ compare: null });
    if (compare?.run)
      void this.#core.engine.call('release', { run: compare.run.run }).catch(() => undefined);
    this.#core.settle();
  }

  fail(message: string): void {
    this.#core.set({ alert: message });
  }

  dismissAlert(): void {
    this.#core.set({ alert: null });
  }

  /** The engine lost its device or its worker: every trace is gone, so all is translated again. */
  handleEngineEvent(event: EngineEvent): void {
    if (event.type === 'backend-recovered') this.#core.set({ backend: event.backend });
    if (!this.#started) return;
    const notice =
      event.type === 'backend-recovered'
        ? `The ${event.reason} Heed now runs on ${event.backend.name}.`
        : `The engine stopped and was started again: ${event.reason}`;
    void this.translate().then(() => this.#core.set({ notice }));
  }

  #select(change: { readonly sentence?: number; readonly hypothesis?: number }): void {
    this.#core.set({ ...change, targetToken: 0, sourceToken: 0, hovered: null, pinned: null });
    this.#core.set({ isPlaying: false, draft: null });
    void this.#stacks.refresh('main');
    void this.#stacks.refresh('compare');
  }

  async #load(
    name: SideName,
    model: TranslationModel,
    signal: AbortSignal,
  ): Promise<TranslationModelInfo> {
    const side = this.#core.state[name];
    if (this.#core.state.backend === null) {
      const backend = await this.#core.engine.call('start', this.#backend);
      this.#core.set({ backend });
    }
    const isNew = side?.info === null || side?.model.id !== model.id;
    // Loading again what is loaded does nothing; after a crash it is loaded once more.
    const info = await this.#core.engine.call(
      'loadTranslationModel',
      { source: sourceOf(model), precision: model.opened?.precision ?? 'float32' },
      {
        signal,
        onProgress: (progress) => this.#core.set({ activity: { kind: 'loading', progress } }),
      },
    );
    signal.throwIfAborted();
    if (isNew && name === 'main')
      this.#core.set({ text: fittedText(this.#core.state.text, info.languageCodes) });
    if (isNew)
      this.#core.setSide(name, {
        model,
        info,
        heads: initialHeads(info),
        read: null,
        run: null,
      });
    return info;
  }

  /** Translates the text with a model, which takes the place of the side's last one. */
  async #translate(
    name: SideName,
    model: TranslationModel,
    onRun: (signal: AbortSignal) => void = () => undefined,
  ): Promise<void> {
    await this.#core.attempt(name, async (signal) => {
      this.#core.work.abort(`read:${name}`);
      if (name === 'main') {
        this.#core.work.abort('changes');
        this.looking.pause();
      }
      this.#core.set({
        activity: { kind: 'translating' },
        alert: null,
        notice: null,
        isPlaying: false,
      });
      const info = await this.#load(name, model, signal);
      this.#core.set({ activity: { kind: 'translating' } });
      const { text, beamCount } = this.#core.state;
      const args = { model: info.identity, text, beamCount, slot: name };
      const run = await this.#core.withNews(name, [], (onNews) =>
        this.#core.engine.call('translate', args, { signal, onNews }),
      );
      signal.throwIfAborted();
      const read = await this.#stacks.read(name, run, signal);
      this.#takeRun(name, run, read);
      onRun(signal);
      await this.#stacks.refresh(name);
      await nextPaint();
    });
  }

  #takeRun(name: SideName, run: TranslationRun, read: ReadAttention | null): void {
    const origins = run.sentences.map((): Origin => 'model');
    this.#core.setSide(name, { run, origins, live: null, read });
    if (name !== 'main') return;
    const { sentence, runTimes } = this.#core.state;
    const tokenCount = run.sentences.reduce(
      (sum, { hypotheses }) => sum + (hypotheses[0]?.steps.length ?? 0),
      0,
    );
    this.#core.set({
      sentence: within(sentence, run.sentences.length),
      hypothesis: 0,
      targetToken: 0,
      sourceToken: 0,
      hovered: null,
      pinned: null,
      tokensPerSecond: (1000 * tokenCount) / run.runMs,
      runTimes: withRunTime(runTimes, run.runMs),
    });
  }

  #applyLink(link: LinkState, signal: AbortSignal): void {
    if (signal.aborted) return;
    const { main, stack } = this.#core.state;
    const size = main.info?.stacks[stack];
    if (size && link.head) {
      const { layer, head, isMean } = link.head;
      const choice = {
        layer: within(layer, size.layerCount),
        head: within(head, size.headCount),
        isMean,
      };
      this.#core.setSide('main', { heads: { ...main.heads, [stack]: choice } });
    }
    const sentence = within(link.sentence, main.run?.sentences.length ?? 1);
    this.#core.set({ sentence });
    this.#core.selectTargetToken(link.targetToken);
    this.looking.open(link.lens, link.lensOptions);
    if (!main.info || !main.run) return;
    const { changes, leftOut } = linkedChanges(link.changes, main.info, main.run, sentence);
    this.changes.open(changes);
    const notices = [leftOutInWords(leftOut), unknownCompareInWords(link.unknownCompare)];
    const notice = notices.filter((words) => words !== null).join(' ');
    if (notice !== '') this.#core.set({ notice });
  }
}
