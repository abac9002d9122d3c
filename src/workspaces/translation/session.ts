import type { Engine } from '../../engine/client.ts';
import type { BackendRequest, EngineEvent } from '../../engine/protocol.ts';
import { ChangesActions } from './changes-actions.ts';
import { LensActions } from './lens-actions.ts';
import { modelOfLink, readLink } from './link.ts';
import { LinkedView } from './linked-view.ts';
import { ModelActions } from './model-actions.ts';
import type { TranslationModel } from './models.ts';
import { firstTextFor } from './samples.ts';
import { SessionCore } from './session-core.ts';
import { SideRuns } from './side-runs.ts';
import { StackReader } from './stack-reader.ts';
import type { TranslationStore } from './state.ts';
import { TargetActions } from './target-actions.ts';
import { TextActions } from './text-actions.ts';
import { ViewActions } from './view-actions.ts';

/**
 * All that a person can do in the Translation workspace. Panels read `store` and call these; nothing
 * else writes the store.
 */
export class TranslationSession {
  readonly store: TranslationStore;
  /** Which text is translated. */
  readonly text: TextActions;
  /** Which models translate it. */
  readonly models: ModelActions;
  /** What is done to the target. */
  readonly target: TargetActions;
  /** What of the translations is looked at. */
  readonly view: ViewActions;
  /** What is done to the model's attention. */
  readonly changes: ChangesActions;
  /** What the sentence is looked at through. */
  readonly looking: LensActions;
  readonly #core: SessionCore;
  readonly #linked: LinkedView;
  #started = false;

  constructor(engine: Engine, backend: BackendRequest) {
    const core = new SessionCore(engine);
    const stacks = new StackReader(core);
    const changes = new ChangesActions(core);
    const looking = new LensActions(core);
    const runs = new SideRuns(core, backend, stacks, looking);
    this.store = core.store;
    this.text = new TextActions(core, runs, looking);
    this.models = new ModelActions(core, runs);
    this.target = new TargetActions(core, stacks);
    this.view = new ViewActions(core, stacks, looking);
    this.changes = changes;
    this.looking = looking;
    this.#core = core;
    this.#linked = new LinkedView(core, runs, changes, looking);
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
    if (!link.model) return;
    this.#started = true;
    await this.#linked.show(link.model, link);
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
    this.#started = true;
    if (model.opened) {
      const others = this.#core.state.opened.filter(({ id }) => id !== model.id);
      this.#core.set({ opened: [...others, model] });
    }
    const { text, opened } = this.#core.state;
    if (parameters === null) {
      if (text === '') this.#core.set({ text: firstTextFor(model, text) });
      await this.models.setModel(model.id);
    } else await this.#linked.show(model, readLink(parameters, opened));
    const { alert, notice: before } = this.#core.state;
    if (notice !== null && alert === null)
      this.#core.set({ notice: before === null ? notice : `${before} ${notice}` });
  }

  /** What another model is loading, shown in place of `Ready`; null when it is done. */
  setIncoming(incoming: string | null): void {
    this.#core.set({ incoming });
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
    void this.text.translate().then(() => this.#core.set({ notice }));
  }
}
