import {
  memo,
  useCallback,
  useId,
  useMemo,
  useRef,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import { isSamePlace, type AlignmentPlace } from '../alignment-matrix/alignment-place.ts';
import { Canvas, type Draw } from '../canvas/Canvas.tsx';
import { inkOf } from '../canvas/ink.ts';
import { customProperties } from '../controls/custom-properties.ts';
import { ScrolledSurface } from '../scrolled-surface/ScrolledSurface.tsx';
import { useScrollView } from '../scrolled-surface/use-scroll-view.ts';
import { visibleToken } from '../tokens/visible-text.ts';
import { drawRibbons } from './draw-ribbons.ts';
import { headColours } from './head-colours.ts';
import { frameRibbons, hitTestRibbons, ribbonAfterKey, ribbonY } from './layout-ribbons.ts';
import { RibbonsReadout } from './RibbonsReadout.tsx';
import { selectRibbons, type RibbonFilter } from './select-ribbons.ts';
import styles from './Ribbons.module.css';

export interface RibbonsProps {
  /** Row-major [head, query, key]; a single head may leave its axis out. */
  readonly values: Float32Array;
  readonly headCount?: number;
  /** Shown beside the heads' colours. */
  readonly headNames?: readonly string[];
  /** Memoise both, and the filter. In self-attention both are the same. */
  readonly queryLabels: readonly string[];
  readonly keyLabels: readonly string[];
  readonly filter: RibbonFilter;
  /** A query sees no key after itself: only that half is drawn. */
  readonly causal?: boolean;
  /** Only its lines are drawn; null at one axis means all tokens of it. */
  readonly hovered: AlignmentPlace | null;
  /** The same for as long as nothing is hovered. */
  readonly selected?: AlignmentPlace | null;
  readonly label?: string;
  /** In words, for assistive technology. */
  readonly description?: string;
  /** What the two sides are called. */
  readonly keyName?: string;
  readonly queryName?: string;
  readonly onHover: (place: AlignmentPlace | null) => void;
  readonly onSelect?: (place: AlignmentPlace | null) => void;
}

/** Source at the left, target at the right, and a line for each weight that the filter lets through. */
export const Ribbons = memo(function Ribbons({
  values,
  headCount = 1,
  headNames = [],
  queryLabels,
  keyLabels,
  filter,
  causal = false,
  hovered,
  selected = null,
  label = 'Ribbons',
  description = '',
  keyName = 'source',
  queryName = 'target',
  onHover,
  onSelect,
}: RibbonsProps): ReactNode {
  const descriptionId = useId();
  const [surface, view] = useScrollView<HTMLDivElement>();
  const labels = useMemo(
    () => ({ query: queryLabels.map(visibleToken), key: keyLabels.map(visibleToken) }),
    [queryLabels, keyLabels],
  );
  const weights = useMemo(
    () => ({
      values,
      headCount,
      queryCount: queryLabels.length,
      keyCount: keyLabels.length,
      causal,
    }),
    [values, headCount, queryLabels, keyLabels, causal],
  );
  const selection = useMemo(() => selectRibbons(weights, filter), [weights, filter]);
  const frame = useMemo(
    () => frameRibbons(labels.query, labels.key, view.width),
    [labels, view.width],
  );
  const focus = hovered ?? selected;

  const draw = useCallback<Draw>(
    (context, { width, height, pixelRatio }) => {
      const seen = { ...view, width: width / pixelRatio, height: height / pixelRatio };
      const drawing = { frame, selection, headCount, labels, focus };
      drawRibbons(context, drawing, seen, inkOf(context.canvas), pixelRatio);
    },
    [view, frame, selection, headCount, labels, focus],
  );

  const lastHovered = useRef<AlignmentPlace | null>(null);
  const report = (place: AlignmentPlace | null) => {
    if (isSamePlace(place, lastHovered.current)) return;
    lastHovered.current = place;
    onHover(place);
  };
  const placeUnder = (event: MouseEvent<HTMLElement>) => {
    const bounds = event.currentTarget.getBoundingClientRect();
    return hitTestRibbons(frame, view, event.clientX - bounds.left, event.clientY - bounds.top);
  };
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const place = placeUnder(event);
    if (place) onSelect?.(isSamePlace(place, selected) ? null : place);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!onSelect || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = ribbonAfterKey(frame, selected, event.key);
    if (place) {
      onSelect(place);
      const side = place.query === null ? 'key' : 'query';
      const y = ribbonY(frame, side, place.query ?? place.key ?? 0);
      if (y < view.y || y > view.y + view.height)
        surface.current?.scrollTo?.(view.x, y - view.height / 2);
    } else if (event.key === 'Escape' && selected) onSelect(null);
    else return;
    event.preventDefault();
    // The page's own keys of the same name do something else.
    event.stopPropagation();
  };

  return (
    <div className={styles.ribbons}>
      <div
        className={styles.sides}
        style={customProperties({ '--ribbons-width': `${frame.width}px` })}
      >
        <span>{keyName}</span>
        <span>{queryName}</span>
      </div>
      {/* An image whose tokens are chosen by pointer and by keys. */}
      <ScrolledSurface
        ref={surface}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        aria-label={label}
        aria-describedby={descriptionId}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={styles.surface}
        contentWidth={frame.width}
        contentHeight={frame.height}
        view={view}
        onPointerMove={(event) => report(placeUnder(event))}
        onPointerLeave={() => report(null)}
        onClick={onClick}
        onKeyDown={onKeyDown}
      >
        <Canvas draw={draw} />
      </ScrolledSurface>
      {headCount > 1 && (
        <ul className={styles.legend}>
          {Array.from({ length: headCount }, (_, head) => (
            <li
              key={head}
              style={customProperties({
                '--head-colour': headColours[head % headColours.length] ?? '',
              })}
            >
              {headNames[head] ?? `head ${head + 1}`}
            </li>
          ))}
        </ul>
      )}
      <span className={styles.foot} aria-hidden="true">
        <RibbonsReadout weights={weights} labels={labels} place={focus} />
        {!focus && linesInWords(selection.count, selection.candidateCount)}
      </span>
      <span className={styles.unseen} aria-live="polite">
        <RibbonsReadout weights={weights} labels={labels} place={selected} />
      </span>
      <span id={descriptionId} className={styles.unseen}>
        {description} {linesInWords(selection.count, selection.candidateCount)} between{' '}
        {labels.key.length} {keyName} and {labels.query.length} {queryName} tokens. Arrow keys
        choose a token, Escape releases it.
      </span>
    </div>
  );
});

function linesInWords(count: number, candidateCount: number): string {
  const of = count < candidateCount ? `, the strongest of ${candidateCount}` : '';
  return `${count} ${count === 1 ? 'line' : 'lines'}${of}`;
}
