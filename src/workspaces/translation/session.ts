import type { Engine } from '../../engine/client.ts';
import { EngineError } from '../../engine/errors.ts';
import type { BackendRequest, EngineEvent } from '../../engine/protocol.ts';
import type {
  SentenceResult,
  TranslationNews,
  TranslationRun,
  TranslationStackName,
} from '../../engine/translation-protocol.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import { applyNews, type LiveSentence } from './live.ts';
import { type LinkState, readLink } from './link.ts';
import { findModel, firstModel, modelAddress, type ModelId } from './models.ts';
import { samplesFor } from './samples.ts';
import { shownSentence, targetLines } from './shown.ts';
import {
  createTranslationStore,
  type Display,
  emptySide,
  type HeadChoice,
  initialHeads,
  largestBeamCount,
  type Origin,
  type ReadAttention,
  type Side,
  type SideName,
  type TokenPair,
  type TranslationState,
  type TranslationStore,
} from './state.ts';

/** How long typing must rest before it is translated. */
const typingRestMs = 300;
const keptRunTimes = 200;

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function within(value: number, count: number): number {
  return Math.max(0, Math.min(count - 1, value));
}

/**
 * All that a person can do in the Translation workspace. Panels read `store` and call these; nothing
 * else writes the store.
 */
export class TranslationSession {
  readonly store: TranslationStore = createTranslationStore();
  readonly #engine: Engine;
  readonly #backend: BackendRequest;
  /** The newest piece of work of each name; an older one is aborted when it is replaced. */
  readonly #work = new Map<string, AbortController>();
  #typing: ReturnType<typeof setTimeout> | undefined;
  #started = false;

  constructor(engine: Engine, backend: BackendRequest) {
    this.#engine = engine;
    this.#backend = backend;
  }

  /**
   * Loads the model and translates the link's text, or the first sample. Later calls do nothing.
   * @param parameters what follows `#/translation?`
   */
  async start(parameters: string): Promise<void> {
    if (this.#started) return;
    this.#started = true;
    await this.openLink(parameters);
  }

  /** Takes up a link, also while the page is open. */
  async openLink(parameters: string): Promise<void> {
    const link = readLink(parameters);
    const modelId = link.modelId ?? firstModel;
    const model = findModel(modelId);
    const text = link.text ?? (model ? samplesFor(model)[0]?.text : undefined) ?? '';
    const { display, stack } = link;
    this.#set({ text, draft: null, display, stack, beamCount: link.beamCount });
    this.#set({ compare: link.compareId ? emptySide(link.compareId) : null });
    if (modelId !== this.#state.main.modelId) this.#set({ main: emptySide(modelId) });
    await Promise.all([
      this.#translate('main', modelId, (signal) => this.#applyLink(link, signal)),
      link.compareId ? this.#translate('compare', link.compareId) : null,
    ]);
  }

  /** Takes what is typed; it is translated when typing rests. */
  setText(text: string): void {
    this.#set({ text, draft: null, activity: { kind: 'translating' } });
    this.#abort('main', 'compare', 'read:main', 'read:compare');
    this.#whenTypingRests(() => this.translate());
  }

  /** Translates the text at once, on every side. */
  async translate(): Promise<void> {
    this.#stopWaiting();
    this.#set({ draft: null });
    const { main, compare } = this.#state;
    // The engine does one after the other; the page is ready when both are done.
    await Promise.all([
      this.#translate('main', main.modelId),
      compare ? this.#translate('compare', compare.modelId) : null,
    ]);
  }

  setSample(text: string): void {
    this.#set({ text });
    void this.translate();
  }

  setBeamCount(beamCount: number): void {
    if (!Number.isInteger(beamCount) || beamCount < 1 || beamCount > largestBeamCount) return;
    this.#set({ beamCount, activity: { kind: 'translating' } });
    this.#whenTypingRests(() => this.translate());
  }

  /** The model before it stays until this one is loaded. A sample is changed with the language. */
  setModel(id: string, name: SideName = 'main'): void {
    const next = findModel(id);
    const side = this.#state[name];
    if (!next || !side) return;
    const from = findModel(side.modelId);
    if (name === 'main' && from && from.from !== next.from) {
      const isSample = samplesFor(from).some(({ text }) => text === this.#state.text);
      const first = samplesFor(next)[0];
      if (isSample && first) this.#set({ text: first.text });
    }
    this.#set({ draft: null });
    void this.#translate(name, next.id);
  }

  selectSentence(sentence: number): void {
    this.#select({ sentence, hypothesis: 0 });
  }

  selectHypothesis(hypothesis: number): void {
    this.#select({ hypothesis });
  }

  selectTargetToken(token: number): void {
    const shown = this.#shown();
    if (shown) this.#set({ targetToken: within(token, shown.target.ids.length) });
  }

  selectSourceToken(token: number): void {
    const shown = this.#shown();
    if (shown) this.#set({ sourceToken: within(token, shown.source.ids.length) });
  }

  setStack(stack: TranslationStackName): void {
    if (stack === this.#state.stack) return;
    this.#set({ stack, hovered: null, pinned: null });
    void this.#refresh('main');
    void this.#refresh('compare');
  }

  setHead(change: Partial<HeadChoice>, name: SideName = 'main'): void {
    const side = this.#state[name];
    if (!side) return;
    const { stack } = this.#state;
    const choice = { ...side.heads[stack], isMean: false, ...change };
    this.#setSide(name, { heads: { ...side.heads, [stack]: choice } });
  }

  hover(hovered: TokenPair | null): void {
    const old = this.#state.hovered;
    if (old?.query !== hovered?.query || old?.key !== hovered?.key) this.#set({ hovered });
  }

  pin(pinned: TokenPair | null): void {
    this.#set({ pinned });
    if (pinned?.query === null || pinned?.query === undefined) return;
    if (this.#state.stack === 'encoder') this.selectSourceToken(pinned.query);
    else this.selectTargetToken(pinned.query);
  }

  setDisplay(change: Partial<Display>): void {
    this.#set({ display: { ...this.#state.display, ...change } });
  }

  setPlaying(isPlaying: boolean): void {
    this.#set({ isPlaying });
  }

  /** The selected token becomes another one, and the translation goes on from there. */
  async continueWith(token: number): Promise<void> {
    const { main, sentence, targetToken, beamCount } = this.#state;
    const shown = this.#shown();
    if (!main.run || main.live || !shown) return;
    const { run } = main.run;
    const prefix = [...shown.target.ids.slice(0, targetToken), token];
    this.#set({ isPlaying: false, draft: null });
    await this.#attempt('main', async (signal) => {
      this.#set({ activity: { kind: 'translating' }, alert: null });
      const args = { run, sentence, prefix, beamCount };
      const result = await this.#withNews('main', liveBefore(main.run, sentence), (onNews) =>
        this.#engine.call('continueFrom', args, { signal, onNews }),
      );
      signal.throwIfAborted();
      await this.#takeSentence(sentence, result, 'continued', signal);
    });
  }

  /** Takes the person's own target, a line for each sentence; it is scored when typing rests. */
  setTarget(draft: string): void {
    this.#set({ draft, isPlaying: false, activity: { kind: 'scoring' } });
    this.#abort('main', 'read:main');
    this.#whenTypingRests(() => this.scoreTarget());
  }

  /** Scores what the person wrote in the target, token by token. */
  async scoreTarget(): Promise<void> {
    this.#stopWaiting();
    const { main, draft, sentence: selected, hypothesis } = this.#state;
    const run = main.run;
    if (!run || draft === null) {
      this.#settle();
      return;
    }
    const count = run.sentences.length;
    const lines = count === 1 ? [draft] : draft.split('\n');
    await this.#attempt('main', async (signal) => {
      this.#set({ activity: { kind: 'scoring' }, alert: null });
      if (lines.length !== count) {
        this.fail(`The target has one line for each sentence: ${count}, not ${lines.length}.`);
        this.#settle();
        return;
      }
      const shown = targetLines({ live: null, run }, selected, hypothesis);
      for (const [sentence, target] of lines.entries()) {
        if (target === shown[sentence]) continue;
        const args = { run: run.run, sentence, target };
        const result = await this.#engine.call('forceTarget', args, { signal });
        signal.throwIfAborted();
        this.#set({ sentence });
        await this.#takeSentence(sentence, result, 'forced', signal);
      }
      this.#settle();
    });
  }

  openCompare(id?: ModelId): void {
    const { main } = this.#state;
    const modelId = id ?? main.modelId;
    this.#set({ compare: emptySide(modelId) });
    void this.#translate('compare', modelId);
  }

  closeCompare(): void {
    const { compare } = this.#state;
    this.#abort('compare', 'read:compare');
    this.#set({ compare: null });
    if (compare?.run)
      void this.#engine.call('release', { run: compare.run.run }).catch(() => undefined);
    this.#settle();
  }

  fail(message: string): void {
    this.#set({ alert: message });
  }

  dismissAlert(): void {
    this.#set({ alert: null });
  }

  /** The engine lost its device or its worker: every trace is gone, so all is translated again. */
  handleEngineEvent(event: EngineEvent): void {
    if (event.type === 'backend-recovered') this.#set({ backend: event.backend });
    if (!this.#started) return;
    const notice =
      event.type === 'backend-recovered'
        ? `The ${event.reason} Heed now runs on ${event.backend.name}.`
        : `The engine stopped and was started again: ${event.reason}`;
    void this.translate().then(() => this.#set({ notice }));
  }

  get #state(): TranslationState {
    return this.store.getState();
  }

  #set(change: Partial<TranslationState>): void {
    this.store.setState(change);
  }

  #setSide(name: SideName, change: Partial<Side>): void {
    const side = this.#state[name];
    if (side) this.#set({ [name]: { ...side, ...change } });
  }

  #shown() {
    const { main, sentence, hypothesis } = this.#state;
    return shownSentence(main, sentence, hypothesis);
  }

  #select(change: { readonly sentence?: number; readonly hypothesis?: number }): void {
    this.#set({ ...change, targetToken: 0, sourceToken: 0, hovered: null, pinned: null });
    this.#set({ isPlaying: false, draft: null });
    void this.#refresh('main');
    void this.#refresh('compare');
  }

  #whenTypingRests(work: () => Promise<void>): void {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => void work(), typingRestMs);
  }

  #stopWaiting(): void {
    clearTimeout(this.#typing);
    this.#typing = undefined;
  }

  /** What waits for the engine no longer; the page is ready again if nothing else is under way. */
  #settle(): void {
    const isWaiting = this.#typing !== undefined;
    if (isWaiting || this.#work.has('main') || this.#work.has('compare')) return;
    this.#set({ activity: { kind: this.#state.main.run ? 'ready' : 'failed' } });
  }

  async #load(name: SideName, id: ModelId, signal: AbortSignal): Promise<void> {
    const side = this.#state[name];
    if (this.#state.backend === null) {
      const backend = await this.#engine.call('start', this.#backend);
      this.#set({ backend });
    }
    const isNew = side?.info === null || side?.modelId !== id;
    // Loading again what is loaded does nothing; after a crash it is loaded once more.
    const info = await this.#engine.call(
      'loadTranslationModel',
      { address: modelAddress(id) },
      {
        signal,
        onProgress: (progress) => this.#set({ activity: { kind: 'loading', progress } }),
      },
    );
    signal.throwIfAborted();
    if (isNew)
      this.#setSide(name, { modelId: id, info, heads: initialHeads(info), read: null, run: null });
  }

  /** Translates the text with a model, which takes the place of the side's last one. */
  async #translate(
    name: SideName,
    id: ModelId,
    onRun: (signal: AbortSignal) => void = () => undefined,
  ): Promise<void> {
    await this.#attempt(name, async (signal) => {
      this.#abort(`read:${name}`);
      this.#set({ activity: { kind: 'translating' }, alert: null, notice: null, isPlaying: false });
      await this.#load(name, id, signal);
      this.#set({ activity: { kind: 'translating' } });
      const { text, beamCount } = this.#state;
      const args = { model: modelAddress(id), text, beamCount, slot: name };
      const run = await this.#withNews(name, [], (onNews) =>
        this.#engine.call('translate', args, { signal, onNews }),
      );
      signal.throwIfAborted();
      const read = await this.#read(name, run, signal);
      this.#takeRun(name, run, read);
      onRun(signal);
      await this.#refresh(name);
      await nextPaint();
    });
  }

  /**
   * Shows the news of a translation while it is under way, once a frame.
   * @param before the sentences that news counts on from
   */
  async #withNews<Result>(
    name: SideName,
    before: readonly LiveSentence[],
    work: (onNews: (news: TranslationNews) => void) => Promise<Result>,
  ): Promise<Result> {
    let live = before;
    let frame = 0;
    const onNews = (news: TranslationNews): void => {
      live = applyNews(live, news);
      cancelAnimationFrame(frame);
      // A sentence without a token yet would blank what is shown.
      if (news.type === 'steps') frame = requestAnimationFrame(() => this.#setSide(name, { live }));
    };
    try {
      return await work(onNews);
    } finally {
      cancelAnimationFrame(frame);
    }
  }

  #takeRun(name: SideName, run: TranslationRun, read: ReadAttention | null): void {
    const origins = run.sentences.map((): Origin => 'model');
    this.#setSide(name, { run, origins, live: null, read });
    if (name !== 'main') return;
    const { sentence, runTimes } = this.#state;
    const tokenCount = run.sentences.reduce(
      (sum, { hypotheses }) => sum + (hypotheses[0]?.steps.length ?? 0),
      0,
    );
    this.#set({
      sentence: within(sentence, run.sentences.length),
      hypothesis: 0,
      targetToken: 0,
      sourceToken: 0,
      hovered: null,
      pinned: null,
      tokensPerSecond: (1000 * tokenCount) / run.runMs,
      runTimes: [...runTimes, run.runMs].slice(-keptRunTimes),
    });
  }

  async #takeSentence(
    sentence: number,
    result: SentenceResult,
    origin: Origin,
    signal: AbortSignal,
  ): Promise<void> {
    const { main } = this.#state;
    if (!main.run) return;
    const run = { ...main.run, sentences: main.run.sentences.with(sentence, result) };
    const read = await this.#read('main', run, signal);
    const origins = main.origins.with(sentence, origin);
    this.#setSide('main', { run, origins, live: null, read });
    this.#set({ hypothesis: 0, hovered: null, pinned: null });
    this.selectTargetToken(this.#state.targetToken);
    await this.#refresh('main');
    await nextPaint();
    signal.throwIfAborted();
  }

  /** The matrices of a new run's best hypothesis, read before the run is shown, so that nothing blinks. */
  async #read(
    name: SideName,
    { run, sentences }: TranslationRun,
    signal: AbortSignal,
  ): Promise<ReadAttention | null> {
    const { stack } = this.#state;
    const sentence = within(this.#state.sentence, sentences.length);
    if (!this.#state[name]?.info?.stacks[stack]) return null;
    const args = { run, sentence, hypothesis: 0, stack };
    const attention = await this.#engine.call('readStack', args, { signal });
    signal.throwIfAborted();
    return { stack, sentence, hypothesis: 0, attention };
  }

  /** Reads the matrices that are looked at, unless they are there. */
  async #refresh(name: SideName): Promise<void> {
    const side = this.#state[name];
    const { stack, sentence } = this.#state;
    if (!side?.run || !side.info?.stacks[stack]) return;
    const hypothesis = name === 'main' ? this.#state.hypothesis : 0;
    const { run, sentences } = side.run;
    if (sentence >= sentences.length) return;
    const { read } = side;
    if (read?.stack === stack && read.sentence === sentence && read.hypothesis === hypothesis)
      return;
    await this.#attempt(`read:${name}`, async (signal) => {
      const attention = await this.#engine.call(
        'readStack',
        { run, sentence, hypothesis, stack },
        { signal },
      );
      signal.throwIfAborted();
      this.#setSide(name, { read: { stack, sentence, hypothesis, attention } });
    });
  }

  #applyLink(link: LinkState, signal: AbortSignal): void {
    if (signal.aborted) return;
    const { main, stack } = this.#state;
    const size = main.info?.stacks[stack];
    if (size && link.head) {
      const { layer, head, isMean } = link.head;
      const choice = {
        layer: within(layer, size.layerCount),
        head: within(head, size.headCount),
        isMean,
      };
      this.#setSide('main', { heads: { ...main.heads, [stack]: choice } });
    }
    this.#set({ sentence: within(link.sentence, main.run?.sentences.length ?? 1) });
    this.selectTargetToken(link.targetToken);
  }

  #abort(...names: readonly string[]): void {
    for (const name of names) {
      this.#work.get(name)?.abort();
      this.#work.delete(name);
    }
  }

  /** Runs the newest work of a name, ends the older, and turns a failure into the alert. */
  async #attempt(name: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#work.get(name)?.abort();
    const controller = new AbortController();
    this.#work.set(name, controller);
    try {
      await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return;
      if (!isAbort(error)) this.#set({ alert: this.#sentence(error) });
      if (name === 'main' || name === 'compare') this.#setSide(name, { live: null });
    } finally {
      if (this.#work.get(name) === controller) {
        this.#work.delete(name);
        if (name === 'main' || name === 'compare') this.#settle();
      }
    }
  }

  #sentence(error: unknown): string {
    if (error instanceof EngineError) return error.failure.message;
    console.error(error);
    return `Something went wrong inside Heed: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** The finished sentences before the one that is translated again, so that news can count on. */
function liveBefore(run: TranslationRun | null, sentence: number): LiveSentence[] {
  return (run?.sentences ?? []).slice(0, sentence + 1).map(({ source, hypotheses }, index) => ({
    source,
    target: hypotheses[0]?.target ?? source,
    steps: index === sentence ? [] : (hypotheses[0]?.steps ?? []),
    rows: [],
  }));
}
