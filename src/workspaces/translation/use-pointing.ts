import { useMemo } from 'react';
import { asWeights } from './lens-view.ts';
import { type PaneWeights, paneWeights } from './pointing.ts';
import type { TokenPair } from './state.ts';
import { useAttentionView } from './use-shown.ts';
import { useTranslation } from './use-translation.ts';

/** What is pointed at: under the pointer, else pinned, else the selected token. */
export function usePointed(): TokenPair {
  const hovered = useTranslation((state) => state.hovered);
  const pinned = useTranslation((state) => state.pinned);
  const selected = useTranslation((state) =>
    state.stack === 'encoder' ? state.sourceToken : state.targetToken,
  );
  return useMemo(
    () => hovered ?? pinned ?? { query: selected, key: null },
    [hovered, pinned, selected],
  );
}

/** How the tokens of both texts light up. */
export function usePaneWeights(): PaneWeights {
  const seen = useAttentionView('main');
  const isLens = useTranslation((state) => state.lens !== 'raw');
  const view = useMemo(() => (seen && isLens ? asWeights(seen) : seen), [seen, isLens]);
  const stack = useTranslation((state) => state.stack);
  const pointed = usePointed();
  return useMemo(
    () => (view ? paneWeights(view, stack, pointed) : { source: null, target: null }),
    [view, stack, pointed],
  );
}
