/**
 * Every message that crosses between the page and the worker, and its types.
 * Only `client.ts` and `worker/entry.ts` narrow them.
 */
import type { LoadedFrom, ModelCalls } from './model-protocol.ts';
import type { TranslationCalls, TranslationNews } from './translation-protocol.ts';
import type { WhatIfCalls } from './what-if-protocol.ts';
import type { Fit, ImageGeometry, ModelInput } from '../math/geometry.ts';
import type { Extent } from '../math/scales.ts';

export type BackendName = 'webgpu' | 'wasm' | 'cpu';

export interface BackendRequest {
  /** Forces one backend (`?backend=`); null lets the engine choose. */
  readonly forced: BackendName | null;
  /** A software WebGPU adapter is never picked by itself. */
  readonly allowSoftwareAdapter: boolean;
}

export interface BackendInfo {
  readonly name: BackendName;
  /** The adapter, or the threads and SIMD in use: "Apple M2", "2 threads, SIMD". */
  readonly detail: string;
  readonly softwareAdapter: boolean;
}

/** What the engine is doing while a call is under way. */
export type Stage = 'backend' | 'weights' | 'warm-up' | 'forward' | 'lens';

export interface Progress {
  readonly stage: Stage;
  /** Bytes for `weights`, layers for `forward`, steps otherwise. `total` is null when unknown. */
  readonly done: number;
  readonly total: number | null;
}

export type FailureCode =
  | 'network'
  | 'model-missing'
  | 'access-denied'
  | 'model-invalid'
  | 'model-unsupported'
  | 'weights-invalid'
  | 'image-invalid'
  | 'text-invalid'
  | 'backend-unavailable'
  | 'device-lost'
  | 'out-of-memory'
  | 'unknown-run'
  | 'bad-request'
  | 'crashed'
  | 'internal';

/** A failure as data. `message` is one sentence for the person; `detail` is for a bug report. */
export interface EngineFailure {
  readonly code: FailureCode;
  readonly message: string;
  readonly detail?: string;
  /** The field of a checkpoint's settings that is to blame, with its file: `config.json: hidden_act`. */
  readonly field?: string;
}

/** Something that happened to the engine as a whole, outside any call. */
export type EngineEvent =
  /** The device was lost; `backend` is what runs now. The models were loaded again. */
  | { readonly type: 'backend-recovered'; readonly backend: BackendInfo; readonly reason: string }
  /** The worker crashed and was started again. Runs made before are gone. */
  | { readonly type: 'restarted'; readonly reason: string };

/** A value of a lens parameter. */
export type LensValue = number | string;
export type LensOptions = Readonly<Record<string, LensValue>>;

export type LensParameter =
  | {
      readonly kind: 'range';
      readonly key: string;
      readonly label: string;
      readonly help: string;
      readonly min: number;
      readonly max: number;
      readonly step: number;
      readonly initial: number;
    }
  | {
      readonly kind: 'choice';
      readonly key: string;
      readonly label: string;
      readonly help: string;
      readonly choices: readonly { readonly value: string; readonly label: string }[];
      readonly initial: string;
    };

export type LensId =
  | 'raw'
  | 'rollout'
  | 'gradient-rollout'
  | 'relevance'
  | 'value-norm'
  | 'input-gradient'
  | 'integrated-gradients'
  | 'occlusion'
  | 'random';

/** All that a menu needs to know of a lens. */
export interface LensDescription {
  readonly id: LensId;
  /** The option's name in the select `Lens`. */
  readonly title: string;
  readonly question: string;
  readonly formula: string;
  readonly source: { readonly title: string; readonly url: string };
  readonly limits: string;
  /** Whether the map depends on the selected layer and head. */
  readonly usesLayer: boolean;
  readonly usesHead: boolean;
  /** Whether it explains one label, which the person may choose. */
  readonly usesTarget: boolean;
  /** Why the model cannot have it, in a sentence; null where it can. */
  readonly unavailable: string | null;
  /** Picks a diverging colour scale. */
  readonly signed: boolean;
  readonly unit: string;
  readonly parameters: readonly LensParameter[];
}

/** The attention stacks a model has. A ViT has `self`. */
export type StackName = 'self' | 'encoder' | 'decoder' | 'cross';

export interface VisionModelInfo extends LoadedFrom {
  readonly kind: 'vision';
  /** Folder name: `heed-vit`. */
  readonly name: string;
  readonly modelType: string;
  readonly parameterCount: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly input: ModelInput;
  /** Names of the tokens before the patches, in order: `[CLS]`, `[DIST]`. */
  readonly specialTokens: readonly string[];
  /** Empty for a checkpoint without a classification head. */
  readonly labels: readonly string[];
  /**
   * Other names of the labels, by which files of a data set may call them (wnids), or empty.
   */
  readonly labelAliases: readonly string[];
  readonly lenses: readonly LensDescription[];
  readonly bytes: number;
  /** Whether the weights came from the cache. */
  readonly cached: boolean;
  readonly loadMs: number;
  readonly warmUpMs: number;
}

/** Identifies a run's trace, which lives in the worker until it is released. */
export type RunId = number;

export interface VisionRun {
  readonly run: RunId;
  readonly geometry: ImageGeometry;
  readonly layerCount: number;
  readonly headCount: number;
  /** Special tokens and patches. */
  readonly tokenCount: number;
  readonly specialTokens: readonly string[];
  /** One probability for each label; empty without a head. */
  readonly probabilities: Float32Array;
  /** The first query's rows: [layer, head, token]. */
  readonly rows: Float32Array;
  /** Layers whose attention can be kept at a time; the others are computed again when asked for. */
  readonly keptLayerCount: number;
  /** Milliseconds from the call's arrival to the read-back. */
  readonly runMs: number;
}

/** `row`: what the query attends to. `column`: what attends to the query. */
export type Direction = 'row' | 'column';

export interface LensRequest {
  readonly run: RunId;
  readonly lens: LensId;
  /** Counted from 0. */
  readonly layer: number;
  readonly head: number;
  /** The label to explain, by its index; null for the run's best prediction. */
  readonly target: number | null;
  readonly options: LensOptions;
}

/**
 * A lens's map for every query at once. A lens that explains the prediction and no query has one row:
 * it is the map of whatever query is selected.
 */
export interface LensMatrix {
  /** As many as tokens, or 1. */
  readonly queryCount: number;
  readonly keyCount: number;
  /** [query, key] */
  readonly values: Float32Array;
}

/** A lens's map with the ends of its values, which the page need not look for. */
export interface LensMap extends LensMatrix {
  readonly extent: Extent;
}

export interface HeadStatistics {
  /** [layer, head], nats: the mean entropy of the head's rows. */
  readonly entropy: Float32Array;
  /** [layer, head], input pixels: Dosovitskiy et al. 2021, figure 7. */
  readonly meanDistance: Float32Array;
}

/** What the header's chip shows. */
export interface Diagnostics {
  readonly backend: BackendInfo;
  readonly tensorCount: number;
  readonly tensorBytes: number;
  readonly traceCount: number;
}

/** Runs of one slot cancel each other; runs of different slots live side by side. */
export type RunSlot = 'main' | 'compare' | 'changed';

/** Name each call once; requests and replies derive from it. */
export interface Calls extends ModelCalls, TranslationCalls, WhatIfCalls {
  start: { args: BackendRequest; result: BackendInfo };
  /**
   * Runs the loaded vision model. The bitmap is transferred. `query` is the token whose rows come
   * back with the run.
   */
  runVision: {
    args: {
      readonly image: ImageBitmap;
      readonly fit: Fit;
      readonly query: number;
      readonly slot: RunSlot;
    };
    result: VisionRun;
  };
  applyLens: { args: LensRequest; result: LensMap };
  /** The query's row, or column, in every layer and head: [layer, head, token]. */
  readQuery: {
    args: { readonly run: RunId; readonly query: number; readonly direction: Direction };
    result: Float32Array;
  };
  /** Every head's matrix of one layer: [head, query, key]. */
  readLayer: {
    args: { readonly run: RunId; readonly stack: StackName; readonly layer: number };
    result: Float32Array;
  };
  headStatistics: { args: { readonly run: RunId }; result: HeadStatistics };
  release: { args: { readonly run: RunId }; result: null };
  diagnostics: { args: null; result: Diagnostics };
}

export type Call = keyof Calls;

/** The page's messages. */
export type Request =
  | {
      [C in Call]: { readonly id: number; readonly call: C; readonly args: Calls[C]['args'] };
    }[Call]
  | { readonly id: number; readonly call: 'cancel' };

export type Done = {
  [C in Call]: {
    readonly id: number;
    readonly kind: 'done';
    readonly call: C;
    readonly value: Calls[C]['result'];
  };
}[Call];

/** The worker's messages. Every request but `cancel` ends in one `done`, `failed` or `cancelled`. */
export type Reply =
  | Done
  | { readonly id: number; readonly kind: 'progress'; readonly progress: Progress }
  | { readonly id: number; readonly kind: 'news'; readonly news: TranslationNews }
  | { readonly id: number; readonly kind: 'failed'; readonly failure: EngineFailure }
  | { readonly id: number; readonly kind: 'cancelled' }
  | { readonly kind: 'event'; readonly event: EngineEvent };
