import { useMemo } from 'react';
import type { StackAttention } from '../../engine/translation-protocol.ts';
import { createScale, linearScale, type Scale } from '../../math/scales.ts';
import { type AttentionView, attentionView, type StackAxes, stackAxes } from './attention-view.ts';
import { type ShownSentence, shownAttention, shownSentence } from './shown.ts';
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
  const live = useTranslation((state) => state[name]?.live ?? null);
  const read = useTranslation((state) => state[name]?.read ?? null);
  const info = useTranslation((state) => state[name]?.info ?? null);
  const stack = useTranslation((state) => state.stack);
  const sentence = useTranslation((state) => state.sentence);
  const hypothesis = useHypothesis(name);
  return useMemo(
    () => shownAttention({ live, read, info }, stack, sentence, hypothesis),
    [live, read, info, stack, sentence, hypothesis],
  );
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

/** The matrix of a side's selected head. */
export function useAttentionView(name: SideName): AttentionView | null {
  const attention = useAttention(name);
  const axes = useAxes(name);
  const choice = useTranslation((state) => state[name]?.heads[state.stack] ?? null);
  return useMemo(
    () => (attention && axes && choice ? attentionView(attention, choice, axes) : null),
    [attention, axes, choice],
  );
}

/**
 * One scale for the matrices beside each other: weights from 0 to 1, or by rank or logarithm over
 * both of them.
 */
export function useMatrixScale(): Scale {
  const kind = useTranslation((state) => state.display.scale);
  const main = useAttentionView('main')?.values ?? null;
  const compare = useAttentionView('compare')?.values ?? null;
  return useMemo(() => {
    if (kind === 'linear') return linearScale(0, 1);
    return createScale(kind, [...(main ?? []), ...(compare ?? [])]);
  }, [kind, main, compare]);
}
