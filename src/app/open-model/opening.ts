import type { CallOptions, Engine } from '../../engine/client.ts';
import { EngineError, sentenceOf } from '../../engine/errors.ts';
import { sourceOfText, textOfSource } from '../../engine/model-link.ts';
import type {
  KeptModel,
  ModelSheet,
  ModelSource,
  OpenedFile,
  Precision,
} from '../../engine/model-protocol.ts';
import { parseFolderAddress } from '../../engine/model-source.ts';
import { progressInWords } from '../../engine/progress-in-words.ts';
import type { BackendRequest, Progress, VisionModelInfo } from '../../engine/protocol.ts';
import type { TranslationModelInfo } from '../../engine/translation-protocol.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import { GivenFilesError } from './given-files.ts';
import { storedHub, storeHub } from './hub-setting.ts';
import { needsAsking } from './model-memory.ts';
import { createOpeningStore, type OpeningState, type OpeningStore } from './opening-state.ts';

/** A model that was loaded, with all that the workspace of its kind shows it by. */
export interface LoadedModel {
  readonly info: VisionModelInfo | TranslationModelInfo;
  readonly source: ModelSource;
  readonly title: string;
  /** What follows the workspace's name in the link that named it; null without a link. */
  readonly parameters: string | null;
  /** Something worth saying when it is shown. */
  readonly notice: string | null;
}

/** The workspaces, as far as a model is opened in them. */
export interface Workspaces {
  /** Resolves when no first model is loading any more. */
  readonly whenLoaded: () => Promise<void>;
  /** Opens the workspace of the model's kind with it, and resolves when its panels show it. */
  readonly show: (loaded: LoadedModel) => Promise<void>;
  /** Says in every workspace what is loading; null when it is over. */
  readonly setIncoming: (words: string | null) => void;
}

export interface OpeningOptions {
  readonly engine: Engine;
  readonly backend: BackendRequest;
  readonly workspaces: Workspaces;
}

/** How a model came to be opened. */
interface Wish {
  readonly source: ModelSource;
  /** Whether the person wants it loaded, or only looked at. */
  readonly isToLoad: boolean;
  readonly parameters: string | null;
  /** `float32` where absent. */
  readonly precision?: Precision;
}

const filesNotice =
  'The model lies in your own files, so a link to this page can’t hold it: who opens the link opens the files, too.';

/**
 * Opens models from the Hub, from addresses and from files. The one in use stays until the new one
 * is loaded, and for good if that fails or is cancelled.
 */
export class ModelOpening {
  readonly store: OpeningStore = createOpeningStore(storedHub());
  readonly #options: OpeningOptions;
  /** What is under way; a newer wish ends it. */
  #work: AbortController | null = null;
  /** What of the wish is not in the state. */
  #parameters: string | null = null;
  /** The Hub that the engine has a token for. */
  #tokenHub: string | null = null;

  constructor(options: OpeningOptions) {
    this.#options = options;
  }

  open(): void {
    this.#set({ isOpen: true });
    void this.refreshKept();
  }

  /** Closes the dialog and ends what is under way; all is left as it was. */
  close(): void {
    this.#end();
    this.#set({ isOpen: false, stage: { kind: 'choosing' }, alert: null, needsToken: false });
  }

  /** Back to the choice of a model. */
  chooseAnother(): void {
    this.#end();
    this.#set({ stage: { kind: 'choosing' }, alert: null });
  }

  setText(text: string): void {
    this.#set({ text, alert: null });
  }

  /** A token is one Hub's: for another it would be given away. */
  setHub(hub: string): void {
    this.#set({ hub, token: '', alert: null });
  }

  setToken(token: string): void {
    this.#set({ token });
  }

  setPrecision(precision: Precision): void {
    this.#set({ precision });
  }

  fail(alert: string): void {
    this.#set({ isOpen: true, stage: { kind: 'choosing' }, alert });
  }

  /** Opens what is typed, or only reads its sheet. */
  async openText(isToLoad: boolean): Promise<void> {
    const { text, hub: typedHub } = this.#state;
    const hub = parseFolderAddress(typedHub, location.origin);
    if (hub === null) {
      this.fail('The Hub’s address must begin with https://, or be a server on this machine.');
      return;
    }
    const source = sourceOfText(text, hub);
    if (source === null) {
      this.fail(
        `“${text.trim().slice(0, 80)}” is neither an id such as org/name or org/name@revision, nor the address of a folder.`,
      );
      return;
    }
    if (source.kind === 'hub') storeHub(hub);
    await this.openSource({ source, isToLoad, parameters: null });
  }

  /** Opens a folder, or files that make one. */
  async openFiles(read: () => Promise<readonly OpenedFile[]>): Promise<void> {
    try {
      const files = await read();
      if (files.length === 0) this.fail('What you gave holds no file.');
      else
        await this.openSource({
          source: { kind: 'files', files },
          isToLoad: true,
          parameters: null,
        });
    } catch (error) {
      if (!(error instanceof GivenFilesError)) throw error;
      this.fail(error.message);
    }
  }

  async openKept({ source }: KeptModel): Promise<void> {
    await this.openSource({ source, isToLoad: true, parameters: null });
  }

  /** Loads the model whose sheet is shown. */
  async confirm(): Promise<void> {
    const { stage } = this.#state;
    if (stage.kind !== 'asking' || stage.sheet.unsupported) return;
    const { source, sheet } = stage;
    await this.#attempt((signal) => this.#load(source, sheet, signal));
  }

  /**
   * Reads the model's sheet, and loads it unless the person should see the sheet first.
   * @returns whether the model is shown
   */
  async openSource({
    source,
    isToLoad,
    parameters,
    precision = 'float32',
  }: Wish): Promise<boolean> {
    this.#parameters = parameters;
    const title = source.kind === 'files' ? 'your files' : textOfSource(source);
    if (source.kind !== 'files') this.#set({ text: title });
    if (source.kind === 'hub') this.#set({ hub: source.hub });
    this.#set({ isOpen: true, precision });
    return this.#attempt(async (signal) => {
      this.#set({ stage: { kind: 'inspecting', title } });
      if (isToLoad) this.#options.workspaces.setIncoming(`Opening ${title}…`);
      await this.#call('start', this.#options.backend);
      await this.#giveToken(source);
      const sheet = await this.#call('inspectModel', { source }, { signal });
      signal.throwIfAborted();
      this.#set({ stage: { kind: 'asking', source, sheet } });
      // So that it can be seen before anything large is fetched.
      await nextPaint();
      signal.throwIfAborted();
      if (sheet.unsupported || !isToLoad) return false;
      if (needsAsking(sheet, source, this.#state.precision)) return false;
      return this.#load(source, sheet, signal);
    });
  }

  async refreshKept(): Promise<void> {
    try {
      const kept = await this.#call('listKeptModels', null);
      this.#set({ kept, keptAt: Date.now() });
    } catch (error) {
      this.#set({ alert: sentenceOf(error) });
    }
  }

  async deleteKept({ identity }: KeptModel): Promise<void> {
    try {
      await this.#call('deleteKeptModel', { identity });
    } catch (error) {
      this.#set({ alert: sentenceOf(error) });
    }
    await this.refreshKept();
  }

  async #load(source: ModelSource, sheet: ModelSheet, signal: AbortSignal): Promise<boolean> {
    const { workspaces } = this.#options;
    const onProgress = (progress: Progress): void => {
      if (signal.aborted) return;
      this.#set({ stage: { kind: 'loading', source, sheet, progress } });
      workspaces.setIncoming(progressInWords(progress));
    };
    this.#set({ stage: { kind: 'loading', source, sheet, progress: null }, alert: null });
    workspaces.setIncoming(`Loading ${sheet.title}…`);
    await workspaces.whenLoaded();
    signal.throwIfAborted();
    const { precision } = this.#state;
    const call = sheet.kind === 'translation' ? 'loadTranslationModel' : 'loadVisionModel';
    const info = await this.#call(call, { source, precision }, { signal, onProgress });
    signal.throwIfAborted();
    this.#set({ stage: { kind: 'showing', source, sheet } });
    workspaces.setIncoming(null);
    const notices = [info.notKept, source.kind === 'files' ? filesNotice : null];
    await workspaces.show({
      info,
      source,
      title: sheet.title,
      parameters: this.#parameters,
      notice: notices.filter((notice) => notice !== null).join(' ') || null,
    });
    if (!signal.aborted) this.close();
    return true;
  }

  /** The engine keeps a token for the Hub that it was typed for, and forgets it when it is gone. */
  async #giveToken(source: ModelSource): Promise<void> {
    if (source.kind !== 'hub') return;
    const { hub } = source;
    const token = this.#state.token.trim() || null;
    if (this.#tokenHub !== null && this.#tokenHub !== hub)
      await this.#call('setAccessToken', { hub: this.#tokenHub, token: null });
    if (token !== null || this.#tokenHub === hub)
      await this.#call('setAccessToken', { hub, token });
    this.#tokenHub = token === null ? null : hub;
  }

  /** Does the newest wish, ends the older one, and turns a failure into the alert. */
  async #attempt(work: (signal: AbortSignal) => Promise<boolean>): Promise<boolean> {
    this.#end();
    const controller = new AbortController();
    this.#work = controller;
    this.#set({ alert: null, needsToken: false });
    try {
      return await work(controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return false;
      this.fail(sentenceOf(error));
      this.#set({ needsToken: isAccessDenied(error) });
      return false;
    } finally {
      if (this.#work === controller) {
        this.#work = null;
        this.#options.workspaces.setIncoming(null);
      }
    }
  }

  #end(): void {
    this.#work?.abort();
    this.#work = null;
    this.#options.workspaces.setIncoming(null);
  }

  #call: Engine['call'] = (name, args, options?: CallOptions) =>
    this.#options.engine.call(name, args, options);

  get #state(): OpeningState {
    return this.store.getState();
  }

  #set(change: Partial<OpeningState>): void {
    this.store.setState(change);
  }
}

function isAccessDenied(error: unknown): boolean {
  return error instanceof EngineError && error.failure.code === 'access-denied';
}
