import { withRunTime } from '../../engine/engine-figures.ts';
import type { BackendRequest } from '../../engine/protocol.ts';
import type { TranslationModelInfo, TranslationRun } from '../../engine/translation-protocol.ts';
import { within } from '../../math/within.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import { fittedText } from './language-code.ts';
import type { LensActions } from './lens-actions.ts';
import { sourceOf, type TranslationModel } from './models.ts';
import type { SessionCore } from './session-core.ts';
import type { StackReader } from './stack-reader.ts';
import { initialHeads, type Origin, type ReadAttention, type SideName } from './state.ts';

/** Has models translate the text and takes what comes of it into the sides. */
export class SideRuns {
  readonly #core: SessionCore;
  readonly #backend: BackendRequest;
  readonly #stacks: StackReader;
  readonly #looking: LensActions;

  constructor(
    core: SessionCore,
    backend: BackendRequest,
    stacks: StackReader,
    looking: LensActions,
  ) {
    this.#core = core;
    this.#backend = backend;
    this.#stacks = stacks;
    this.#looking = looking;
  }

  /**
   * Translates the text with a model, which takes the place of the side's last one.
   * @param onRun is called when the translation is in the state, before the rest follows
   */
  async run(
    name: SideName,
    model: TranslationModel,
    onRun: (signal: AbortSignal) => void = () => undefined,
  ): Promise<void> {
    await this.#core.attempt(name, async (signal) => {
      this.#core.work.abort(`read:${name}`);
      if (name === 'main') {
        this.#core.work.abort('changes');
        this.#looking.pause();
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
}
