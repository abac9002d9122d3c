import { createStore, type StoreApi } from 'zustand';
import type { ModelSource } from '../../engine/model-protocol.ts';
import type {
  BackendInfo,
  Direction,
  HeadStatistics,
  LensId,
  LensMap,
  LensMatrix,
  LensOptions,
  Progress,
  RunId,
  VisionModelInfo,
  VisionRun,
} from '../../engine/protocol.ts';
import {
  noChanges,
  type AttentionChanges,
  type Faithfulness,
  type HeadImportance,
  type Removal,
} from '../../engine/what-if-protocol.ts';
import type { ColourMapName } from '../../math/colour-maps.ts';
import type { Fit } from '../../math/geometry.ts';
import { historyOf, type History } from '../../math/history.ts';
import type { ScaleKind } from '../../math/scales.ts';
import { type MatrixView, wholeMatrix } from '../../views/matrix/layout-matrix.ts';
import type { Picture } from './picture/decode.ts';

/** Which map is looked at. Layer and head count from 0. */
export interface LensView {
  readonly lens: LensId;
  readonly layer: number;
  readonly head: number;
  /** The person's settings of each lens; what is absent has its initial value. */
  readonly options: Readonly<Partial<Record<LensId, LensOptions>>>;
}

/** One picture with one map on it. */
export interface Pane {
  /** In the compare pane, null means the main pane's picture. */
  readonly picture: Picture | null;
  readonly run: VisionRun | null;
  readonly view: LensView;
  /** The map for every query. */
  readonly matrix: LensMatrix | null;
  /** What the map is of: the view before the present one until the new map has come. */
  readonly matrixView: LensView | null;
  /** How far the map that is on its way is, where it takes many steps. */
  readonly mapProgress: MeasureProgress | null;
}

export type PaneName = 'main' | 'compare';

export type Activity =
  | { readonly kind: 'loading'; readonly progress: Progress | null }
  | { readonly kind: 'running' }
  /** The run's arrays are here and the next frame shows them. */
  | { readonly kind: 'drawing' }
  | { readonly kind: 'ready' }
  /** Nothing could be shown: the alert says why. */
  | { readonly kind: 'failed' };

export type HeadOrder = 'number' | 'entropy' | 'distance' | 'importance';

/** What takes seconds to measure. */
export type Measuring = 'heads' | 'faithfulness';

export interface MeasureProgress {
  readonly done: number;
  /** Null before the first step. */
  readonly total: number | null;
}

/** Head importance, and the run and label that it is of. */
export interface MeasuredHeads {
  readonly run: RunId;
  readonly target: number;
  readonly result: HeadImportance;
}

/** Faithfulness, and all that it is of. */
export interface MeasuredMaps {
  readonly run: RunId;
  readonly query: number;
  readonly target: number;
  readonly removal: Removal;
  readonly seed: number;
  /** In the order of the result's maps. */
  readonly views: readonly {
    readonly view: LensView;
    /** The map in words. */
    readonly words: string;
    /** Equal for views with equal maps. */
    readonly key: string;
  }[];
  readonly result: Faithfulness;
  /** Whether every patch was left out in turn, so that the maps' rank correlations are known. */
  readonly isCompared: boolean;
}

/** How maps are drawn. */
export interface Display {
  readonly colourMap: ColourMapName;
  readonly scale: ScaleKind;
  /** 0 to 1 */
  readonly opacity: number;
  readonly smooth: boolean;
  /** Share of the mass that the outlined patches hold, or 0 for no outline. */
  readonly outlineShare: number;
  readonly gridScale: 'shared' | 'each';
  readonly headOrder: HeadOrder;
  readonly detail: 'matrix' | 'statistics';
  readonly statistic: 'entropy' | 'meanDistance';
}

export interface VisionState {
  readonly backend: BackendInfo | null;
  readonly model: VisionModelInfo | null;
  /** Where the model lies that the person opened; null for the one that Heed brings along. */
  readonly opened: ModelSource | null;
  readonly activity: Activity;
  readonly alert: string | null;
  /** What of another model is loading, in words, while this one stays in use. */
  readonly incoming: string | null;
  /** Something worth saying that is no error, said after `Ready`. */
  readonly notice: string | null;
  readonly fit: Fit;
  /** Whether the frame of a drawn crop lies over the picture. */
  readonly isEditingRegion: boolean;
  /** Its run is the changed one while there are changes. */
  readonly main: Pane;
  readonly compare: Pane | null;
  /** The main picture's run as the model is. */
  readonly baseRun: VisionRun | null;
  /** The query that its rows are of. */
  readonly baseQuery: number;
  readonly changes: History<AttentionChanges>;
  /** The changes that the main pane's run was made with. */
  readonly shownChanges: AttentionChanges;
  /** Whether patches are hidden by painting on the picture. */
  readonly isHidingPatches: boolean;
  /** The matrix's cell that may be cut is the query's at this key. */
  readonly pinnedKey: number | null;
  /** Label to explain, by its index; null for the best prediction. */
  readonly target: number | null;
  readonly importance: MeasuredHeads | null;
  readonly faithfulness: MeasuredMaps | null;
  readonly removal: Removal;
  readonly measuring: Readonly<Record<Measuring, MeasureProgress | null>>;
  /** Token index: special tokens first, then patches row by row. */
  readonly query: number;
  readonly direction: Direction;
  /** Token under the pointer, in whichever view. */
  readonly hovered: number | null;
  /** The query's rows (or columns) of every head: [layer, head, token]. */
  readonly rows: Float32Array | null;
  /** The selected head's own attention, for the matrix view. */
  readonly headMatrix: LensMap | null;
  /** What of it is shown. */
  readonly matrixView: MatrixView;
  /** The run that it is of: an older one until the new one's has come. */
  readonly headMatrixRun: number | null;
  readonly statistics: HeadStatistics | null;
  readonly display: Display;
  /** Milliseconds of every run so far, newest last. */
  readonly runTimes: readonly number[];
}

export type VisionStore = StoreApi<VisionState>;

/** A head that draws the rim of the first sample's cup. */
export const initialView: LensView = { lens: 'raw', layer: 2, head: 3, options: {} };

export const initialDisplay: Display = {
  colourMap: 'viridis',
  scale: 'linear',
  opacity: 0.75,
  smooth: false,
  outlineShare: 0,
  gridScale: 'shared',
  headOrder: 'number',
  detail: 'matrix',
  statistic: 'entropy',
};

export function emptyPane(view: LensView): Pane {
  return { picture: null, run: null, view, matrix: null, matrixView: null, mapProgress: null };
}

/** What holds for one model alone, as it is before its first run. */
export function withoutRuns(view: LensView, picture: Picture | null) {
  return {
    main: { ...emptyPane(view), picture },
    compare: null,
    baseRun: null,
    baseQuery: 0,
    changes: historyOf(noChanges),
    shownChanges: noChanges,
    isHidingPatches: false,
    pinnedKey: null,
    target: null,
    importance: null,
    faithfulness: null,
    query: 0,
    hovered: null,
    rows: null,
    headMatrix: null,
    headMatrixRun: null,
    matrixView: wholeMatrix,
    statistics: null,
    runTimes: [],
  } satisfies Partial<VisionState>;
}

/**
 * What a model shows first: of an opened one, whose heads nobody has looked through, the last layer.
 * The lens stays where the model has it.
 */
export function firstViewOf(
  { layerCount, lenses }: VisionModelInfo,
  isEmbedded: boolean,
  { lens, options }: LensView,
): LensView {
  const isThere = lenses.some(({ id, unavailable }) => id === lens && unavailable === null);
  const view = isEmbedded ? initialView : { ...initialView, layer: layerCount - 1, head: 0 };
  return isThere ? { ...view, lens, options } : view;
}

export function createVisionStore(): VisionStore {
  return createStore<VisionState>(() => ({
    backend: null,
    model: null,
    opened: null,
    activity: { kind: 'loading', progress: null },
    alert: null,
    incoming: null,
    notice: null,
    fit: { mode: 'crop' },
    isEditingRegion: false,
    ...withoutRuns(initialView, null),
    removal: 'hide',
    measuring: { heads: null, faithfulness: null },
    direction: 'row',
    display: initialDisplay,
  }));
}
