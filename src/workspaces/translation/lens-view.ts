/** What is looked at through a lens, and how it is drawn. */
import type { LensDescription, LensMatrix, LensOptions } from '../../engine/protocol.ts';
import type { TranslationLensRequest } from '../../engine/translation-protocol.ts';
import { colourMap } from '../../math/colour-maps.ts';
import { kendallTauB } from '../../math/kendall-tau.ts';
import { mergeSubwords } from '../../math/merge-subwords.ts';
import { createScale, type Scale, type ScaleKind } from '../../math/scales.ts';
import { type AttentionView, headMatrix, type StackAxes } from './attention-view.ts';
import { attentionInView, changedInView, shownHypothesis } from './shown.ts';
import type { TranslationState } from './state.ts';

/** All that decides what is looked at, and through what. */
export type LensState = Pick<
  TranslationState,
  | 'main'
  | 'compare'
  | 'sentence'
  | 'hypothesis'
  | 'changed'
  | 'weightsOf'
  | 'stack'
  | 'lens'
  | 'lensOptions'
  | 'lensMap'
  | 'occlusionMap'
>;

/** For maps with a sign. */
export const signedColours = colourMap('blue-red');

export function lensInView({
  lens,
  main,
}: Pick<LensState, 'lens' | 'main'>): LensDescription | null {
  return main.info?.lenses.find(({ id }) => id === lens) ?? null;
}

/** A lens's parameters: as chosen, else as they begin. */
export function lensOptions(
  { lensOptions: chosen }: Pick<TranslationState, 'lensOptions'>,
  { id, parameters }: LensDescription,
): LensOptions {
  const initial = Object.fromEntries(parameters.map(({ key, initial }) => [key, initial]));
  return { ...initial, ...chosen[id] };
}

/**
 * What to ask the engine for, or null where the weights themselves are looked at, or there is
 * nothing to look at. Under changes it is the old target in the changed run.
 */
export function lensRequest(state: LensState): TranslationLensRequest | null {
  const { main, sentence, hypothesis, lens } = state;
  const description = lensInView(state);
  if (lens === 'raw' || !main.run || !description || shownHypothesis(state) === null) return null;
  if (description.unavailable !== null) return null;
  const { layer, head } = main.heads.cross;
  const changed = changedInView(state);
  const of = changed
    ? {
        run: changed.result.run,
        sentence: 0,
        hypothesis: changed.result.sentence.hypotheses.length,
      }
    : { run: main.run.run, sentence, hypothesis };
  return {
    ...of,
    lens,
    layer: description.usesLayer ? layer : 0,
    head: description.usesHead ? head : 0,
    options: lensOptions(state, description),
  };
}

/** The map of what is asked for, once it is there. */
export function lensMatrixInView(state: LensState): LensMatrix | null {
  const { lensMap } = state;
  if (lensMap === null || lensMap.base !== shownHypothesis(state)) return null;
  const request = lensRequest(state);
  return request !== null && lensMap.key === JSON.stringify(request) ? lensMap.matrix : null;
}

/** Over tokens or words: of pieces of a word columns are added and rows averaged. */
export function lensView(
  { queryCount, keyCount, values }: LensMatrix,
  axes: StackAxes,
): AttentionView | null {
  if (queryCount !== axes.query.units.length || keyCount !== axes.key.units.length) return null;
  return { ...axes, values: mergeSubwords(values, axes.query.units, axes.key.units) };
}

/** A map with negative values has no logarithms: it stays linear. */
export function lensScale(kind: ScaleKind, values: ArrayLike<number>): Scale {
  const isNegative = Array.prototype.some.call(values, (value: number) => value < 0);
  return createScale(isNegative && kind === 'log' ? 'linear' : kind, values);
}

/** A lens's map as weights from 0 to 1: against its largest value; what is negative is left out. */
export function asWeights(view: AttentionView): AttentionView {
  const largest = view.values.reduce((most, value) => Math.max(most, value), 0);
  const values = view.values.map((value) => (largest > 0 ? Math.max(0, value) / largest : 0));
  return { ...view, values };
}

/**
 * Kendall's τ-b between what is looked at and what occlusion measured of the same run, the mean over
 * target tokens; null where occlusion was not measured, or no row has an order.
 */
export function occlusionAgreement(state: LensState): number | null {
  const { occlusionMap, stack, lens, main } = state;
  const base = shownHypothesis(state);
  if (occlusionMap === null || occlusionMap.base !== base || stack !== 'cross') return null;
  const asked = lensRequest({ ...state, lens: 'occlusion' });
  if (lens === 'occlusion' || JSON.stringify(asked) !== occlusionMap.key) return null;
  const attention = attentionInView(state, 'main');
  const values =
    lens !== 'raw'
      ? lensMatrixInView(state)?.values
      : attention && headMatrix(attention, main.heads.cross);
  const { keyCount, queryCount, values: drops } = occlusionMap.matrix;
  if (values?.length !== drops.length) return null;
  const taus = Array.from({ length: queryCount }, (_, row) => {
    const [start, end] = [row * keyCount, (row + 1) * keyCount];
    return kendallTauB(values.subarray(start, end), drops.subarray(start, end));
  }).filter((tau) => tau !== null);
  return taus.length === 0 ? null : taus.reduce((sum, tau) => sum + tau, 0) / taus.length;
}
