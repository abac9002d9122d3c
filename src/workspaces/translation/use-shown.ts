import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { LensDescription } from '../../engine/protocol.ts';
import type { StackAttention } from '../../engine/translation-protocol.ts';
import { type ColourMap, colourMap } from '../../math/colour-maps.ts';
import { createScale, linearScale, type Scale } from '../../math/scales.ts';
import { type AttentionView, attentionView, type StackAxes, stackAxes } from './attention-view.ts';
import { lensInView, lensMatrixInView, lensScale, lensView, signedColours } from './lens-view.ts';
import { attentionInView, type ShownSentence, shownSentence } from './shown.ts';
import type { SideName } from './state.ts';
import { useTranslation } from './use-translation.ts';

/** The comparison always shows a model's best hypothesis. */
function useHypothesis(name: SideName): number {
  return useTranslation((state) => (name === 'main' ? state.hypothesis : 0));
}

/** The sentence that a side shows, or null before there is one. */
export function useShown(name: SideName): ShownSentence | null {
  const live = useTranslation((state) => state[name]?.live ?? null);
  const run = useTranslation((state) => state[name]?.run ?? null);
  const sentence = useTranslation((state) => state.sentence);
  const hypothesis = useHypothesis(name);
  return useMemo(
    () => shownSentence({ live, run }, sentence, hypothesis),
    [live, run, sentence, hypothesis],
  );
}

/** Every head of the selected stack, or null while it is read or where the model has none. */
export function useAttention(name: SideName): StackAttention | null {
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

/** The axes of a side's matrices. */
export function useAxes(name: SideName): StackAxes | null {
  const shown = useShown(name);
  const stack = useTranslation((state) => state.stack);
  const isMerged = useTranslation((state) => state.display.isMerged);
  return useMemo(
    () => (shown ? stackAxes(stack, shown.source, shown.target, isMerged) : null),
    [shown, stack, isMerged],
  );
}

/** The selected head's matrix, or the map of the lens that is looked through. */
export function useAttentionView(name: SideName): AttentionView | null {
  const attention = useAttention(name);
  const axes = useAxes(name);
  const choice = useTranslation((state) => state[name]?.heads[state.stack] ?? null);
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
 * both of them. A lens's map has a scale of its own.
 */
export function useMatrixScale(name: SideName = 'main'): Scale {
  const kind = useTranslation((state) => state.display.scale);
  const isLens = useTranslation((state) => state.lens !== 'raw');
  const main = useAttentionView('main')?.values ?? null;
  const compare = useAttentionView('compare')?.values ?? null;
  return useMemo(() => {
    if (isLens && name === 'main') return lensScale(kind, main ?? []);
    if (kind === 'linear') return linearScale(0, 1);
    return createScale(kind, [...((isLens ? null : main) ?? []), ...(compare ?? [])]);
  }, [kind, isLens, name, main, compare]);
}

/** The colours of a side's matrix: diverging ones for what has a sign. */
export function useMatrixColours(name: SideName): ColourMap {
  const chosen = useTranslation((state) => state.display.colourMap);
  const isSigned = useLensDescription()?.signed === true && name === 'main';
  return isSigned ? signedColours : colourMap(chosen);
}
