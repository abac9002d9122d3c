import type { TranslationRun } from '../../engine/translation-protocol.ts';
import { within } from '../../math/within.ts';
import type { SessionCore } from './session-core.ts';
import type { ReadAttention, SideName } from './state.ts';

/** Brings the matrices of the stack that is looked at. */
export class StackReader {
  readonly #core: SessionCore;

  constructor(core: SessionCore) {
    this.#core = core;
  }

  /** Those of a new run's best hypothesis, read before the run is shown, so that nothing blinks. */
  async read(
    name: SideName,
    { run, sentences }: TranslationRun,
    signal: AbortSignal,
  ): Promise<ReadAttention | null> {
    const { stack } = this.#core.state;
    const sentence = within(this.#core.state.sentence, sentences.length);
    if (!this.#core.state[name]?.info?.stacks[stack]) return null;
    const args = { run, sentence, hypothesis: 0, stack };
    const attention = await this.#core.engine.call('readStack', args, { signal });
    signal.throwIfAborted();
    return { stack, sentence, hypothesis: 0, attention };
  }

  /** Reads the matrices that are looked at, unless they are there. */
  async refresh(name: SideName): Promise<void> {
    const side = this.#core.state[name];
    const { stack, sentence } = this.#core.state;
    if (!side?.run || !side.info?.stacks[stack]) return;
    const hypothesis = name === 'main' ? this.#core.state.hypothesis : 0;
    const { run, sentences } = side.run;
    if (sentence >= sentences.length) return;
    const { read } = side;
    if (read?.stack === stack && read.sentence === sentence && read.hypothesis === hypothesis)
      return;
    await this.#core.attempt(`read:${name}`, async (signal) => {
      const args = { run, sentence, hypothesis, stack };
      const attention = await this.#core.engine.call('readStack', args, { signal });
      signal.throwIfAborted();
      this.#core.setSide(name, { read: { stack, sentence, hypothesis, attention } });
    });
  }
}
