import { leftOutInWords } from '../../engine/changes-link.ts';
import { within } from '../../math/within.ts';
import type { ChangesActions } from './changes-actions.ts';
import type { LensActions } from './lens-actions.ts';
import { linkedChanges, type LinkState, unknownCompareInWords } from './link.ts';
import type { TranslationModel } from './models.ts';
import { firstTextFor } from './samples.ts';
import type { SessionCore } from './session-core.ts';
import type { SideRuns } from './side-runs.ts';
import { emptySide } from './state.ts';

/** Shows what a link holds. */
export class LinkedView {
  readonly #core: SessionCore;
  readonly #runs: SideRuns;
  readonly #changes: ChangesActions;
  readonly #looking: LensActions;

  constructor(core: SessionCore, runs: SideRuns, changes: ChangesActions, looking: LensActions) {
    this.#core = core;
    this.#runs = runs;
    this.#changes = changes;
    this.#looking = looking;
  }

  /** Shows a link in place of what is shown, with the model that it names. */
  async show(model: TranslationModel, link: LinkState): Promise<void> {
    const { display, stack, compare } = link;
    const text = link.text ?? firstTextFor(model, this.#core.state.text);
    this.#core.set({ text, draft: null, display, stack, beamCount: link.beamCount });
    this.#core.set({ compare: compare ? emptySide(compare) : null });
    if (model.id !== this.#core.state.main.model.id) this.#core.set({ main: emptySide(model) });
    await Promise.all([
      this.#runs.run('main', model, (signal) => this.#apply(link, signal)),
      compare ? this.#runs.run('compare', compare) : null,
    ]);
  }

  /** What can be taken when the translation is there. */
  #apply(link: LinkState, signal: AbortSignal): void {
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
    this.#looking.open(link.lens, link.lensOptions);
    if (!main.info || !main.run) return;
    const { changes, leftOut } = linkedChanges(link.changes, main.info, main.run, sentence);
    this.#changes.open(changes);
    const notices = [leftOutInWords(leftOut), unknownCompareInWords(link.unknownCompare)];
    const notice = notices.filter((words) => words !== null).join(' ');
    if (notice !== '') this.#core.set({ notice });
  }
}
