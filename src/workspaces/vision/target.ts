import { topK } from '../../math/top-k.ts';
import type { VisionState } from './state.ts';

/**
 * The label that is explained and followed, by its index: the person's, else the best prediction of
 * the unchanged run, so that a change does not change the question. Null without labels.
 */
export function targetOf({
  target,
  baseRun,
}: Pick<VisionState, 'target' | 'baseRun'>): number | null {
  if (!baseRun || baseRun.probabilities.length === 0) return null;
  return target ?? topK(baseRun.probabilities, 1)[0] ?? null;
}

/** A label's name; a checkpoint may name fewer than it tells apart. */
export function labelName(labels: readonly string[] | undefined, label: number): string {
  return labels?.[label] ?? `label ${label}`;
}
