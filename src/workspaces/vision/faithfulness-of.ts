import type { FaithfulnessCurves, MapFaithfulness } from '../../engine/what-if-protocol.ts';
import type { VisionModelInfo } from '../../engine/protocol.ts';
import { lensRequest, matrixKey } from './matrix-cache.ts';
import type { LensView, MeasuredMaps, VisionState } from './state.ts';

/** Equal for views with equal maps of one run. */
export function mapKey(model: VisionModelInfo, view: LensView, target: number): string {
  return matrixKey(model, lensRequest(model, 0, view, target));
}

/** Which of the measured maps is the one in view, or -1. */
export function measuredIndex(
  { views, target }: MeasuredMaps,
  { model, main }: Pick<VisionState, 'model' | 'main'>,
): number {
  if (!model) return -1;
  const wanted = mapKey(model, main.view, target);
  return views.findIndex(({ key }) => key === wanted);
}

/** Whether the figures are of what is on the page now, but for the lens. */
export function isMeasuredNow(
  { run, query }: MeasuredMaps,
  state: Pick<VisionState, 'main' | 'query'>,
): boolean {
  return run === state.main.run?.run && query === state.query;
}

/** Of so many random orders a map must beat this share. */
const wantedShare = 0.95;

/** Whether a map's order is better than random ones. */
export interface Verdict {
  readonly byDeletion: boolean;
  readonly byInsertion: boolean;
}

/**
 * A map beats random orders by an area if its own is better than at least 95 % of theirs: of ten,
 * than every one.
 */
export function verdictOf(map: FaithfulnessCurves, random: readonly FaithfulnessCurves[]): Verdict {
  const share = (isBetter: (order: FaithfulnessCurves) => boolean): number =>
    random.length === 0 ? 0 : random.filter(isBetter).length / random.length;
  return {
    byDeletion: share((order) => map.deletionArea < order.deletionArea) >= wantedShare,
    byInsertion: share((order) => map.insertionArea > order.insertionArea) >= wantedShare,
  };
}

/** The verdict in a sentence about this picture. */
export function verdictInWords(title: string, { byDeletion, byInsertion }: Verdict): string {
  if (byDeletion && byInsertion) return `${title} beats random orders on this picture.`;
  if (byDeletion)
    return `${title} beats random orders on this picture by deletion, but not by insertion.`;
  if (byInsertion)
    return `${title} beats random orders on this picture by insertion, but not by deletion.`;
  return `${title} does not beat random orders on this picture.`;
}

/** The mean of a figure over random orders, or null without any. */
export function randomMean(
  random: readonly FaithfulnessCurves[],
  of: (order: FaithfulnessCurves) => number,
): number | null {
  if (random.length === 0) return null;
  return random.reduce((sum, order) => sum + of(order), 0) / random.length;
}

/** The measured figures of the map in view, when they still are of it. */
export function figuresInView(
  state: Pick<VisionState, 'model' | 'main' | 'query' | 'faithfulness'>,
): MapFaithfulness | null {
  const { faithfulness } = state;
  if (!faithfulness || !isMeasuredNow(faithfulness, state)) return null;
  return faithfulness.result.maps[measuredIndex(faithfulness, state)] ?? null;
}
