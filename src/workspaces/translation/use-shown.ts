import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { LensDescription } from '../../engine/protocol.ts';
import type { StackAttention } from '../../engine/translation-protocol.ts';
import { type ColourMap, colourMap } from '../../math/colour-maps.ts';
import { createScale, linearScale, type Scale } from '../../math/scales.ts';
import { type AttentionView, attentionView, type StackAxes, stackAxes } from './attention-view.ts';
import { lensInView, lensMatrixInView, lensScale, lensView, signedColours } from './lens-view.ts';
import {
  attentionInView,
  changedHere,
  changedSentence,
  type ShownSentence,
  shownSentence,
} from './shown.ts';
import type { FigureName, SideName } from './state.ts';
import { useTranslation } from './use-translation.ts';

/** The comparison always shows a model's best hypothesis. */
function useHypothesis(name: SideName): number {
  return useTranslation((state) => (name === 'main' ? state.hypothesis : 0));
}

/** The side whose model and heads a figure shows. */
export function sideOf(name: FigureName): SideName {
  return name === 'compare' ? 'compare' : 'main';
}

/** The sentence that a figure shows, or null before there is one. */
export function useShown(name: FigureName): ShownSentence | null {
  const side = sideOf(name);
  const live = useTranslation((state) => state[side]?.live ?? null);
  const run = useTranslation((state) => state[side]?.run ?? null);
  const sentence = useTranslation((state) => state.sentence);
  const hypothesis = useHypothesis(side);
  const changed = useTranslation((state) => (name === 'changed' ? changedHere(state) : null));
  return useMemo(
    () =>
      name === 'changed'
        ? changedSentence(changed)
        : shownSentence({ live, run }, sentence, hypothesis),
    [name, changed, live, run, sentence, hypothesis],
  );
}

/** Every head of the selected stack, or null while it is read or where the model has none. */
export function useAttention(name: FigureName): StackAttention | null {
  const state = useTranslation(
    useShallow(({ main, compare, stack, sentence, hypothesis, changed, weightsOf }) => ({
      main,
      compare,
      stack,
      sentence,
      hypothesis,
      changed,
      weightsOf,
    })),
  );
  return useMemo(() => attentionInView(state, name), [state, name]);
}

/** The axes of a figure's matrices. */
export function useAxes(name: FigureName): StackAxes | null {
  const shown = useShown(name);
  const stack = useTranslation((state) => state.stack);
  const isMerged = useTranslation((state) => state.display.isMerged);
  return useMemo(
    () => (shown ? stackAxes(stack, shown.source, shown.target, isMerged) : null),
    [shown, stack, isMerged],
  );
}

/** The selected head's matrix, or the map of the lens that is looked through. */
export function useAttentionView(name: FigureName): AttentionView | null {
  const attention = useAttention(name);
  const axes = useAxes(name);
  const choice = useTranslation((state) => state[sideOf(name)]?.heads[state.stack] ?? null);
  const lens = useTranslation((state) => (name === 'main' ? state.lens : 'raw'));
  const matrix = useTranslation((state) => (name === 'main' ? lensMatrixInView(state) : null));
  return useMemo(() => {
    if (!axes) return null;
    if (lens !== 'raw') return matrix && lensView(matrix, axes);
    return attention && choice ? attentionView(attention, choice, axes) : null;
  }, [attention, axes, choice, lens, matrix]);
}

/** How a lens's numbers are to be drawn: null for weights, which are drawn as they always are. */
export function useLensDescription(): LensDescription | null {
  return useTranslation((state) => (state.lens === 'raw' ? null : lensInView(state)));
}

/**
 * One scale for the matrices beside each other: weights from 0 to 1, or by rank or logarithm over
 * all of them. A lens's map has a scale of its own.
 */
export function useMatrixScale(name: FigureName = 'main'): Scale {
  const kind = useTranslation((state) => state.display.scale);
  const isLens = useTranslation((state) => state.lens !== 'raw');
  const main = useAttentionView('main')?.values ?? null;
  const compare = useAttentionView('compare')?.values ?? null;
  const changed = useAttentionView('changed')?.values ?? null;
  const showsNew = useTranslation((state) => state.display.showsNew);
  return useMemo(() => {
    if (isLens && name === 'main') return lensScale(kind, main ?? []);
    if (kind === 'linear') return linearScale(0, 1);
    const beside = [isLens ? null : main, compare, showsNew ? changed : null];
    return createScale(
      kind,
      beside.flatMap((values) => (values === null ? [] : [...values])),
    );
  }, [kind, isLens, name, main, compare, changed, showsNew]);
}

/** The colours of a figure's matrix: diverging ones for what has a sign. */
export function useMatrixColours(name: FigureName): ColourMap {
  const chosen = useTranslation((state) => state.display.colourMap);
  const isSigned = useLensDescription()?.signed === true && name === 'main';
  return isSigned ? signedColours : colourMap(chosen);
}
