import { useCallback, useMemo } from 'react';
import { AlignmentMatrix } from '../../../views/alignment-matrix/AlignmentMatrix.tsx';
import type { AlignmentPlace } from '../../../views/alignment-matrix/alignment-place.ts';
import { placeOfTokens, tokensOfPlace } from '../pointing.ts';
import type { FigureName } from '../state.ts';
import {
  sideOf,
  useAttentionView,
  useLensDescription,
  useMatrixColours,
  useMatrixScale,
} from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { nameHead, nameLens, stackTitles } from '../words.ts';
import { MissingAttention } from './MissingAttention.tsx';

const titles: Record<FigureName, string> = {
  main: 'Alignment matrix',
  compare: 'Compared matrix',
  changed: 'Alignment of the new translation',
};

/** Every query against every key of the selected head: the picture of an alignment. */
export function AttentionMatrix({ side }: { readonly side: FigureName }) {
  const session = useSession();
  const view = useAttentionView(side);
  const scale = useMatrixScale(side);
  const stack = useTranslation((state) => state.stack);
  const info = useTranslation((state) => state[sideOf(side)]?.info ?? null);
  const choice = useTranslation((state) => state[sideOf(side)]?.heads[stack] ?? null);
  const hovered = useTranslation((state) => state.hovered);
  const pinned = useTranslation((state) => state.pinned);
  const selected = useTranslation((state) =>
    state.stack === 'encoder' ? state.sourceToken : state.targetToken,
  );
  const isMerged = useTranslation((state) => state.display.isMerged);
  const colours = useMatrixColours(side);
  const lens = useLensDescription();
  const hoveredPlace = useMemo(() => (view ? placeOfTokens(view, hovered) : null), [view, hovered]);
  const pinnedCell = useMemo(() => {
    const place = view ? placeOfTokens(view, pinned) : null;
    return place && place.query !== null && place.key !== null
      ? { query: place.query, key: place.key }
      : null;
  }, [view, pinned]);
  const hover = useCallback(
    (place: AlignmentPlace | null) => session.view.hover(view ? tokensOfPlace(view, place) : null),
    [session, view],
  );
  const pin = useCallback(
    (place: AlignmentPlace | null) => session.view.pin(view ? tokensOfPlace(view, place) : null),
    [session, view],
  );
  if (!view || !info || !choice) return <MissingAttention side={side} />;
  return (
    <AlignmentMatrix
      values={view.values}
      queryLabels={view.query.labels}
      keyLabels={view.key.labels}
      scale={scale}
      colourMap={colours}
      // A word may look at its own first pieces, which stand above the diagonal of words.
      causal={stack === 'decoder' && !isMerged}
      hovered={hoveredPlace}
      pinned={pinnedCell}
      selectedQuery={view.query.units[selected] ?? null}
      label={titles[side]}
      description={
        lens && side === 'main'
          ? `${nameLens(lens, choice)}. Rows are target tokens, columns source tokens.`
          : `${stackTitles[stack]}, ${nameHead(info, stack, choice)}. Rows are queries, columns keys.`
      }
      onHover={hover}
      onPin={pin}
    />
  );
}
