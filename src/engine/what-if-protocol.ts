/**
 * What crosses between page and worker for what-if and for measuring maps; `protocol.ts` takes it in.
 */
import type { LensRequest, RunId, StackName, VisionRun } from './protocol.ts';

/** What takes the place of a head's weights. Rows still sum to 1. */
export type Replacement =
  /** Every key that the query can see gets the same. */
  | { readonly kind: 'uniform' }
  /** Each row's own weights in another order, among the keys that the query can see. */
  | { readonly kind: 'permuted'; readonly seed: number }
  /** 1 for the largest weight of each row, 0 for the others: hard attention. */
  | { readonly kind: 'one-hot' }
  /** softmax(scores / temperature), above 0. Below 1 towards hard attention, above 1 towards uniform. */
  | { readonly kind: 'temperature'; readonly temperature: number }
  /** The weights that the same head had in another run of as many tokens. */
  | { readonly kind: 'other-run'; readonly run: RunId };

/** A head's output times `scale`, after its weights were replaced. Layer and head count from 0. */
export interface HeadChange {
  readonly stack: StackName;
  readonly layer: number;
  readonly head: number;
  /** 0 switches the head off; 1 leaves it. */
  readonly scale: number;
  readonly replacement: Replacement | null;
}

/**
 * A query that may not look at a key. The row's other weights share what it had; a row with no key
 * left is all zeros.
 */
export interface EdgeCut {
  readonly stack: StackName;
  readonly layer: number;
  /** Null cuts it in every head of the layer. */
  readonly head: number | null;
  readonly query: number;
  readonly key: number;
}

/** Everything that a person changed. A forward pass really runs with it. */
export interface AttentionChanges {
  /** At most one for each head. */
  readonly heads: readonly HeadChange[];
  readonly cuts: readonly EdgeCut[];
  /** Patches, or source tokens, that no query in any layer may look at: token indices. */
  readonly hiddenTokens: readonly number[];
}

export const noChanges: AttentionChanges = { heads: [], cuts: [], hiddenTokens: [] };

/** What every head's absence does to the prediction (Michel et al. 2019, arXiv:1905.10650). */
export interface HeadImportance {
  /** The label whose probability is followed. */
  readonly target: number;
  readonly probability: number;
  /** [layer, head]: the target's probability without the head. */
  readonly without: Float32Array;
  /** [layer, head]: total variation distance of the outputs with and without the head, 0 to 1. */
  readonly totalVariation: Float32Array;
}

/** How a removed patch is removed. */
export type Removal =
  /** Its token is left out of the sequence. */
  | 'hide'
  /** Its pixels get the picture's mean colour. */
  | 'mean'
  /** Its pixels are blurred beyond recognition. */
  | 'blur';

/** One map whose order of patches is put to the test. */
export interface MeasuredMap {
  readonly request: LensRequest;
  /** The query whose row of the map ranks the patches. */
  readonly query: number;
}

export interface FaithfulnessRequest {
  readonly run: RunId;
  /** The label whose probability is followed; null for the best one. */
  readonly target: number | null;
  readonly maps: readonly MeasuredMap[];
  /** Steps from all patches to none: 1 to the number of patches. */
  readonly stepCount: number;
  /** 0 to 100. */
  readonly randomOrderCount: number;
  /** Of the random orders: a whole number from 0 to below 2³². */
  readonly seed: number;
  readonly removal: Removal;
  /**
   * Whether to scan by occlusion, a forward pass for each patch, where this run has not been scanned
   * for the target yet (the lens Occlusion makes the same scan). Without it, maps have a correlation
   * with occlusion only where the scan has been done. False if absent.
   */
  readonly scansOcclusion?: boolean;
}

/** The target's probability as patches go, or come, in one order. */
export interface FaithfulnessCurves {
  /** [step]: the most important patches removed first (Petsiuk et al. 2018, arXiv:1806.07421). */
  readonly deletion: Float32Array;
  /** [step]: the most important patches added first. */
  readonly insertion: Float32Array;
  /** Areas under the curves, 0 to 1: for a faithful map, small and large. */
  readonly deletionArea: number;
  readonly insertionArea: number;
  /** Mean loss of probability without the top 1, 5, 10, 20, 50 % (DeYoung et al. 2020, arXiv:1911.03429). */
  readonly comprehensiveness: number;
  /** Mean loss of probability with these alone; small for a faithful map. */
  readonly sufficiency: number;
}

export interface MapFaithfulness extends FaithfulnessCurves {
  /**
   * Kendall's τ-b with the drop that occlusion measures patch by patch; null for a flat map, and where
   * the run has not been scanned.
   */
  readonly occlusionCorrelation: number | null;
}

export interface Faithfulness {
  readonly target: number;
  /** Share of patches removed (deletion) or added (insertion) at each step, 0 to 1. */
  readonly shares: Float32Array;
  /** In the order of the request's maps. */
  readonly maps: readonly MapFaithfulness[];
  readonly random: readonly FaithfulnessCurves[];
}

export interface WhatIfCalls {
  /**
   * Runs the picture of a run once more with changes; the run stays. What comes back is a run of
   * slot `changed`, of the same tokens.
   */
  runChanged: {
    args: { readonly run: RunId; readonly changes: AttentionChanges; readonly query: number };
    result: VisionRun;
  };
  /** Switches off every head in turn, upon the changes that the run was made with. */
  headImportance: {
    args: { readonly run: RunId; readonly target: number | null };
    result: HeadImportance;
  };
  measureFaithfulness: { args: FaithfulnessRequest; result: Faithfulness };
}
