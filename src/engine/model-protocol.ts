/** What crosses between page and worker about models of any origin; `protocol.ts` takes it in. */
import type { StackName, VisionModelInfo } from './protocol.ts';
import type { StackSize, TranslationModelInfo } from './translation-protocol.ts';

/** A file of a folder that the person opened. Its path begins in that folder: `model/config.json`. */
export interface OpenedFile {
  readonly path: string;
  readonly file: File;
}

/** Where a checkpoint lies. */
export type ModelSource =
  /** Behind the address of its folder, with a slash at its end. */
  | { readonly kind: 'address'; readonly address: string }
  | {
      readonly kind: 'hub';
      /** The Hub's own address, with a slash at its end. */
      readonly hub: string;
      /** `org/name` */
      readonly id: string;
      /** A branch, a tag or a commit. */
      readonly revision: string;
    }
  /** Files on the person's disk. They are read where they lie, and never kept. */
  | { readonly kind: 'files'; readonly files: readonly OpenedFile[] };

/** How weights are kept on the device. Every pass computes in single precision. */
export type Precision = 'float32' | 'float16' | 'int8';

/** What a model takes in: a picture, or a text to translate. */
export type ModelKind = 'vision' | 'translation';

/** What a model takes of the device, in bytes, as foretold before it is loaded. */
export interface ModelMemory {
  readonly weights: Readonly<Record<Precision, number>>;
  /** The most that one run holds beside weights and attention. */
  readonly activations: number;
  /** What one run keeps for the panels: of a translation, with a sentence of 40 tokens. */
  readonly attention: number;
  /** What the device has for all of them, or null where nothing says so. */
  readonly available: number | null;
  /** What says so, for the person: `WebAssembly holds 4.3 GB`. Null with `available`. */
  readonly availableBecause: string | null;
}

/** Why a model cannot be run. */
export interface Unsupported {
  /** The field that is to blame, with its file: `config.json: model_type`; null for none. */
  readonly field: string | null;
  /** One sentence that names it. */
  readonly message: string;
}

/** What a model is, as told before its weights are loaded. */
export interface ModelSheet {
  readonly identity: string;
  /** What people call it: `org/name`, or its folder's name. */
  readonly title: string;
  /** Null for a type that Heed does not know. */
  readonly kind: ModelKind | null;
  /** As config.json has it; empty where it names none. */
  readonly modelType: string;
  /** Numbers in the weights; null where neither the files nor the settings say. */
  readonly parameterCount: number | null;
  /** Whether the count comes from the settings, since the files could not be asked. */
  readonly isEstimated: boolean;
  /** The stacks that the model has, in the order of its computation. */
  readonly stacks: readonly (StackSize & { readonly stack: StackName })[];
  /** Pixels, of a vision model. */
  readonly input: {
    readonly width: number;
    readonly height: number;
    readonly patchWidth: number;
    readonly patchHeight: number;
  } | null;
  /** Names of the classes; 0 for a model without a head. Null for a translation model. */
  readonly labelCount: number | null;
  /** Tokens, of a translation model. */
  readonly vocabulary: { readonly source: number; readonly target: number } | null;
  /** Types of the stored numbers, the most frequent first: `F32`, `F16`. */
  readonly storedAs: readonly string[];
  /** All files to load; null where the server tells no lengths. */
  readonly bytes: number | null;
  readonly memory: ModelMemory | null;
  /** As the model card names it: `apache-2.0`. */
  readonly licence: string | null;
  /** Whether the weights lie in this browser's storage. */
  readonly isKept: boolean;
  /** Null for a model that Heed runs. */
  readonly unsupported: Unsupported | null;
}

/** A model that lies in this browser's storage. */
export interface KeptModel {
  readonly identity: string;
  readonly title: string;
  /** What opens it again. */
  readonly source: ModelSource;
  /** Null where it was kept without being noted. */
  readonly kind: ModelKind | null;
  readonly bytes: number;
  readonly fileCount: number;
  /** Milliseconds since 1970, or null. */
  readonly lastUsed: number | null;
  /** Whether it comes with Heed. */
  readonly isEmbedded: boolean;
}

export interface KeptModels {
  /** The one used last first. */
  readonly models: readonly KeptModel[];
  /** Of all that this site keeps; null where the browser does not say. */
  readonly usedBytes: number | null;
  /** What the browser lets this site keep. */
  readonly quotaBytes: number | null;
}

/** What every loaded model tells of its loading. */
export interface LoadedFrom {
  /**
   * What later calls name the model by: the address, `hub:org/name@revision` of the usual Hub, or
   * `files:` with what tells the files from others.
   */
  readonly identity: string;
  readonly precision: Precision;
  /** Why the files were not kept for the next visit and what to do, in one sentence; null if they were. */
  readonly notKept: string | null;
}

export interface LoadArgs {
  readonly source: ModelSource;
  /** `float32` where absent. */
  readonly precision?: Precision;
  /**
   * Whether the model is run on nothing once before it is handed out, as where absent, or a picture
   * follows at once and does as well. Of vision models alone.
   */
  readonly warmUp?: 'before' | 'first-run';
}

export interface ModelCalls {
  /** Loads a model. The one before it stays in use until then, and for good if this fails. */
  loadVisionModel: { args: LoadArgs; result: VisionModelInfo };
  /** Keeps up to a few models loaded; the one used longest ago makes room. */
  loadTranslationModel: { args: LoadArgs; result: TranslationModelInfo };
  /**
   * Reads a model's settings, and of its weights no more than their headers. A model that cannot be
   * run is told in the sheet; what cannot be reached is a failure.
   */
  inspectModel: { args: { readonly source: ModelSource }; result: ModelSheet };
  listKeptModels: { args: null; result: KeptModels };
  /** Deletes a model's files from the storage. One that is loaded stays loaded. */
  deleteKeptModel: { args: { readonly identity: string }; result: null };
  /**
   * A token for what a Hub does not give to everybody; null forgets it. It is kept in memory alone
   * and sent to the Hub's own origin alone.
   */
  setAccessToken: { args: { readonly hub: string; readonly token: string | null }; result: null };
}
