import { createStore, type StoreApi } from 'zustand';
import type {
  BackendInfo,
  LensId,
  LensMatrix,
  LensOptions,
  Progress,
} from '../../engine/protocol.ts';
import type {
  ChangedTranslation,
  HypothesisResult,
  StackAttention,
  TranslationHeadImportance,
  TranslationModelInfo,
  TranslationRun,
  TranslationStackName,
} from '../../engine/translation-protocol.ts';
import { type AttentionChanges, noChanges } from '../../engine/what-if-protocol.ts';
import type { ColourMapName } from '../../math/colour-maps.ts';
import { type History, historyOf } from '../../math/history.ts';
import type { ScaleKind } from '../../math/scales.ts';
import type { LiveSentence } from './live.ts';
import { firstModel, type TranslationModel } from './models.ts';

/** Which of a stack's matrices is looked at. Layer and head count from 0. */
export interface HeadChoice {
  readonly layer: number;
  readonly head: number;
  /** The mean of the layer's heads in place of one. */
  readonly isMean: boolean;
}

export type HeadChoices = Readonly<Record<TranslationStackName, HeadChoice>>;

/** A stack's matrices, and what they are of. */
export interface ReadAttention {
  readonly stack: TranslationStackName;
  readonly sentence: number;
  readonly hypothesis: number;
  readonly attention: StackAttention;
}

/** Who wrote a sentence's target. */
export type Origin = 'model' | 'continued' | 'forced';

/** One model with its translation of the text. */
export interface Side {
  readonly model: TranslationModel;
  readonly info: TranslationModelInfo | null;
  /** The last translation that succeeded. */
  readonly run: TranslationRun | null;
  /** One for each sentence of `run`. */
  readonly origins: readonly Origin[];
  /** Sentences of the translation under way, or null when there is none. */
  readonly live: readonly LiveSentence[] | null;
  readonly heads: HeadChoices;
  readonly read: ReadAttention | null;
}

export type SideName = 'main' | 'compare';

/** What an attention figure is of: a side, or the new translation that changes led to. */
export type FigureName = SideName | 'changed';

export type Activity =
  | { readonly kind: 'loading'; readonly progress: Progress | null }
  | { readonly kind: 'translating' }
  /** The person's own target is being scored. */
  | { readonly kind: 'scoring' }
  /** The selected sentence is translated with the changes. */
  | { readonly kind: 'changing' }
  /** A lens is computed. */
  | { readonly kind: 'looking'; readonly progress: Steps | null }
  | { readonly kind: 'ready' }
  /** Nothing could be shown: the alert says why. */
  | { readonly kind: 'failed' };

/** How far something is that takes its time. */
export interface Steps {
  readonly done: number;
  readonly total: number | null;
}

/** What the changes did to one hypothesis of the last translation. */
export interface ChangedState {
  /** The hypothesis as it was: results belong to this very object. */
  readonly base: HypothesisResult;
  readonly changes: AttentionChanges;
  readonly result: ChangedTranslation;
  /** Of the old target under the changes. */
  readonly read: ReadAttention | null;
  /** Of the new translation: its own target, with the changes. */
  readonly readNew: ReadAttention | null;
}

/** A lens's map, and what it is of. */
export interface LensMap {
  readonly base: HypothesisResult;
  readonly key: string;
  readonly matrix: LensMatrix;
}

/** What every head's absence does to a hypothesis. */
export interface MeasuredHeads {
  readonly base: HypothesisResult;
  readonly result: TranslationHeadImportance;
}

/** A cell of the matrix, as tokens; null where only the other one is pointed at. */
export interface TokenPair {
  readonly query: number | null;
  readonly key: number | null;
}

export interface Display {
  readonly colourMap: ColourMapName;
  readonly scale: ScaleKind;
  readonly isMerged: boolean;
  readonly view: 'matrix' | 'ribbons';
  /** Whether the new translation that changes led to has its own attention beside the old one's. */
  readonly showsNew: boolean;
  readonly ribbonRule: 'threshold' | 'top';
  /** 0 to 1 */
  readonly ribbonThreshold: number;
  readonly ribbonCount: number;
  readonly statistic: 'entropy' | 'special' | 'punctuation' | 'diagonality';
  /** Whether heads are measured by the whole target, or by the selected token alone. */
  readonly importanceOf: 'target' | 'token';
}

export interface TranslationState {
  readonly backend: BackendInfo | null;
  readonly activity: Activity;
  readonly alert: string | null;
  /** What of another model is loading, in words, while this one stays in use. */
  readonly incoming: string | null;
  /** Something worth saying that is no error, said after `Ready`. */
  readonly notice: string | null;
  /** Models that the person opened, oldest first. */
  readonly opened: readonly TranslationModel[];
  readonly text: string;
  /** What the person wrote as the target, a line for each sentence; null for the model's own. */
  readonly draft: string | null;
  readonly beamCount: number;
  readonly main: Side;
  readonly compare: Side | null;
  readonly stack: TranslationStackName;
  readonly sentence: number;
  readonly hypothesis: number;
  /** The selected token of each text, as index in the shown sentence. */
  readonly targetToken: number;
  readonly sourceToken: number;
  readonly hovered: TokenPair | null;
  readonly pinned: TokenPair | null;
  readonly isPlaying: boolean;
  readonly display: Display;
  readonly changes: History<AttentionChanges>;
  /** Null without changes, and until they were run. */
  readonly changed: ChangedState | null;
  /** Whether weights are shown as they were, or under the changes. */
  readonly weightsOf: 'before' | 'after';
  /** A click on a source token hides it. */
  readonly isHiding: boolean;
  readonly lens: LensId;
  /** What the person chose of each lens's parameters. */
  readonly lensOptions: Readonly<Partial<Record<LensId, LensOptions>>>;
  readonly lensMap: LensMap | null;
  /** What occlusion measured last: other lenses are compared with it. */
  readonly occlusionMap: LensMap | null;
  readonly importance: MeasuredHeads | null;
  /** Null while no heads are measured. */
  readonly measuring: Steps | null;
  /** Target tokens a second of the last translation. */
  readonly tokensPerSecond: number | null;
  readonly runTimes: readonly number[];
}

export type TranslationStore = StoreApi<TranslationState>;

export const largestBeamCount = 8;

const firstHead: HeadChoice = { layer: 0, head: 0, isMean: false };

export const initialDisplay: Display = {
  colourMap: 'viridis',
  scale: 'linear',
  isMerged: true,
  view: 'matrix',
  showsNew: false,
  ribbonRule: 'threshold',
  ribbonThreshold: 0.1,
  ribbonCount: 2,
  statistic: 'entropy',
  importanceOf: 'target',
};

export function emptySide(model: TranslationModel): Side {
  return {
    model,
    info: null,
    run: null,
    origins: [],
    live: null,
    heads: { encoder: firstHead, decoder: firstHead, cross: firstHead },
    read: null,
  };
}

/**
 * What a model shows first: in the cross-attention the head that aligns best; where the checkpoint
 * names none, the mean of the last layer's heads.
 */
export function initialHeads({ stacks, bestAlignment }: TranslationModelInfo): HeadChoices {
  const crossLayers = stacks.cross?.layerCount ?? 1;
  const isMean = (stacks.cross?.headCount ?? 1) > 1;
  return {
    encoder: firstHead,
    decoder: firstHead,
    cross: bestAlignment
      ? { layer: bestAlignment.layer, head: bestAlignment.head, isMean: false }
      : { layer: crossLayers - 1, head: 0, isMean },
  };
}

export function createTranslationStore(): TranslationStore {
  return createStore<TranslationState>(() => ({
    backend: null,
    activity: { kind: 'loading', progress: null },
    alert: null,
    incoming: null,
    notice: null,
    opened: [],
    text: '',
    draft: null,
    beamCount: 4,
    main: emptySide(firstModel),
    compare: null,
    stack: 'cross',
    sentence: 0,
    hypothesis: 0,
    targetToken: 0,
    sourceToken: 0,
    hovered: null,
    pinned: null,
    isPlaying: false,
    display: initialDisplay,
    changes: historyOf(noChanges),
    changed: null,
    weightsOf: 'after',
    isHiding: false,
    lens: 'raw',
    lensOptions: {},
    lensMap: null,
    occlusionMap: null,
    importance: null,
    measuring: null,
    tokensPerSecond: null,
    runTimes: [],
  }));
}
