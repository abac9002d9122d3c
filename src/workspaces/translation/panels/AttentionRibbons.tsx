import { useCallback, useMemo } from 'react';
import type { AlignmentPlace } from '../../../views/alignment-matrix/alignment-place.ts';
import { Ribbons } from '../../../views/ribbons/Ribbons.tsx';
import { placeOfTokens, tokensOfPlace } from '../pointing.ts';
import type { FigureName } from '../state.ts';
import { ribbonFilter } from '../ribbon-filter.ts';
import { asWeights } from '../lens-view.ts';
import { sideOf, useAttentionView, useLensDescription } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { axisNames, nameHead, nameLens, stackTitles } from '../words.ts';
import { MissingAttention } from './MissingAttention.tsx';

const titles: Record<FigureName, string> = {
  main: 'Ribbons',
  compare: 'Compared ribbons',
  changed: 'Ribbons of the new translation',
};

/** The selected head as lines between its keys and its queries. */
export function AttentionRibbons({ side }: { readonly side: FigureName }) {
  const session = useSession();
  const seen = useAttentionView(side);
  const lens = useLensDescription();
  const isLens = lens !== null && side === 'main';
  const view = useMemo(() => (seen && isLens ? asWeights(seen) : seen), [seen, isLens]);
  const stack = useTranslation((state) => state.stack);
  const info = useTranslation((state) => state[sideOf(side)]?.info ?? null);
  const choice = useTranslation((state) => state[sideOf(side)]?.heads[stack] ?? null);
  const hovered = useTranslation((state) => state.hovered);
  const pinned = useTranslation((state) => state.pinned);
  const display = useTranslation((state) => state.display);
  const filter = useMemo(() => ribbonFilter(display), [display]);
  const hoveredPlace = useMemo(() => (view ? placeOfTokens(view, hovered) : null), [view, hovered]);
  const pinnedPlace = useMemo(() => (view ? placeOfTokens(view, pinned) : null), [view, pinned]);
  const hover = useCallback(
    (place: AlignmentPlace | null) => session.view.hover(view ? tokensOfPlace(view, place) : null),
    [session, view],
  );
  const pin = useCallback(
    (place: AlignmentPlace | null) => session.view.pin(view ? tokensOfPlace(view, place) : null),
    [session, view],
  );
  if (!view || !info || !choice) return <MissingAttention side={side} />;
  const names = axisNames[stack];
  return (
    <Ribbons
      values={view.values}
      queryLabels={view.query.labels}
      keyLabels={view.key.labels}
      filter={filter}
      causal={stack === 'decoder' && !display.isMerged}
      hovered={hoveredPlace}
      selected={pinnedPlace}
      label={titles[side]}
      description={
        isLens
          ? `${nameLens(lens, choice)}, against its largest value.`
          : `${stackTitles[stack]}, ${nameHead(info, stack, choice)}.`
      }
      keyName={names.key}
      queryName={names.query}
      onHover={hover}
      onSelect={pin}
    />
  );
}
