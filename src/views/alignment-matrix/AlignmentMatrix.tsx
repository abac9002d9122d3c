import {
  memo,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
} from 'react';
import type { ColourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import type { Scale } from '../../math/scales.ts';
import { Canvas, type Draw } from '../canvas/Canvas.tsx';
import { inkOf } from '../canvas/ink.ts';
import { IconButton } from '../controls/IconButton.tsx';
import { ScrolledSurface } from '../scrolled-surface/ScrolledSurface.tsx';
import { useScrollView } from '../scrolled-surface/use-scroll-view.ts';
import { createWidthMeter } from '../tokens/measure-width.ts';
import { visibleToken } from '../tokens/visible-text.ts';
import { cellAfterKey } from './alignment-keys.ts';
import { isSamePlace, type AlignmentCell, type AlignmentPlace } from './alignment-place.ts';
import { AlignmentReadout } from './AlignmentReadout.tsx';
import { drawAlignmentCells } from './draw-alignment.ts';
import { drawAlignmentLabels } from './draw-labels.ts';
import { drawAlignmentMarks } from './draw-marks.ts';
import {
  frameAlignment,
  hitTestAlignment,
  isSeen,
  largestCell,
  layoutAlignment,
  revealCell,
  smallestCell,
} from './layout-alignment.ts';
import styles from './AlignmentMatrix.module.css';

export interface AlignmentMatrixProps {
  /** Row-major [query, key]: target × source. */
  readonly values: Float32Array;
  /** Memoise both. User text: drawn as it is, white space alone made visible. */
  readonly queryLabels: readonly string[];
  readonly keyLabels: readonly string[];
  readonly scale: Scale;
  readonly colourMap: ColourMap;
  /** A query sees no key after itself: those cells are blank and cannot be pinned. */
  readonly causal?: boolean;
  /** Null at one axis marks a whole row or column. */
  readonly hovered: AlignmentPlace | null;
  readonly pinned: AlignmentCell | null;
  /** The target token that the page is at; it is scrolled into view when it changes. */
  readonly selectedQuery?: number | null;
  readonly label?: string;
  /** In words, for assistive technology: which stack, layer, head. */
  readonly description?: string;
  /** Called when the place under the pointer changes; over a name it is a row or column. */
  readonly onHover: (place: AlignmentPlace | null) => void;
  /** Null when the pinned cell is clicked again, or on Escape. */
  readonly onPin: (cell: AlignmentCell | null) => void;
}

const zoomStep = 1.4;

/**
 * Target × source, the picture of Bahdanau, Cho, Bengio (2015, arXiv:1409.0473), figure 3, in the
 * order of the sentences. Names stay in place when it is scrolled.
 */
export const AlignmentMatrix = memo(function AlignmentMatrix({
  values,
  queryLabels,
  keyLabels,
  scale,
  colourMap,
  causal = false,
  hovered,
  pinned,
  selectedQuery = null,
  label = 'Alignment matrix',
  description = '',
  onHover,
  onPin,
}: AlignmentMatrixProps): ReactNode {
  const descriptionId = useId();
  const [surface, view] = useScrollView<HTMLDivElement>();
  const [zoom, setZoom] = useState(1);
  const labels = useMemo(
    () => ({ query: queryLabels.map(visibleToken), key: keyLabels.map(visibleToken) }),
    [queryLabels, keyLabels],
  );
  const [widthOf] = useState(createWidthMeter);
  const frame = useMemo(
    () => frameAlignment(labels.query, labels.key, view.outerWidth, zoom, widthOf),
    [labels, view.outerWidth, zoom, widthOf],
  );
  const palette = useMemo(() => paletteOf(colourMap, { mode: 'even', opacity: 1 }), [colourMap]);

  const draw = useCallback<Draw>(
    (context, { width, height, pixelRatio }) => {
      const ink = inkOf(context.canvas);
      const seen = { ...view, width: width / pixelRatio, height: height / pixelRatio };
      const layout = layoutAlignment(frame, seen, pixelRatio);
      drawAlignmentCells(context, layout, { values, scale, palette, causal }, ink, pixelRatio);
      drawAlignmentLabels(context, layout, labels, ink, pixelRatio);
    },
    [view, frame, values, scale, palette, causal, labels],
  );
  const drawMarks = useCallback<Draw>(
    (context, { width, height, pixelRatio }) => {
      const seen = { ...view, width: width / pixelRatio, height: height / pixelRatio };
      const layout = layoutAlignment(frame, seen, pixelRatio);
      const marks = { hovered, pinned, selectedQuery };
      drawAlignmentMarks(context, layout, marks, labels, inkOf(context.canvas), pixelRatio);
    },
    [view, frame, hovered, pinned, selectedQuery, labels],
  );

  const latest = useRef({ frame, view });
  latest.current = { frame, view };
  const reveal = useCallback(
    (place: AlignmentPlace) => {
      const { x, y } = revealCell(latest.current.frame, latest.current.view, place);
      surface.current?.scrollTo?.(x, y);
    },
    [surface],
  );
  useEffect(() => {
    if (selectedQuery !== null) reveal({ query: selectedQuery, key: null });
  }, [selectedQuery, reveal]);

  const lastHovered = useRef<AlignmentPlace | null>(null);
  const report = (place: AlignmentPlace | null) => {
    if (isSamePlace(place, lastHovered.current)) return;
    lastHovered.current = place;
    onHover(place);
  };
  const placeUnder = (event: MouseEvent<HTMLElement>) => {
    const bounds = event.currentTarget.getBoundingClientRect();
    const layout = layoutAlignment(frame, view);
    return hitTestAlignment(layout, event.clientX - bounds.left, event.clientY - bounds.top);
  };
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const place = placeUnder(event);
    if (!place || place.query === null || place.key === null) return;
    const cell = { query: place.query, key: place.key };
    if (isSamePlace(cell, pinned)) onPin(null);
    else if (isSeen(causal, cell.query, cell.key)) onPin(cell);
  };

  const zoomBy = (factor: number) =>
    setZoom((present) => {
      const fitting = frame.cell / present;
      const next = present * factor;
      return Math.max(smallestCell / fitting, Math.min(largestCell / fitting, next));
    });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { queryCount, keyCount } = frame;
    const from = pinned ?? { query: selectedQuery ?? 0, key: 0 };
    const cell =
      queryCount > 0 && keyCount > 0
        ? cellAfterKey(from, event.key, queryCount, keyCount, causal)
        : null;
    if (cell) {
      onPin(cell);
      reveal(cell);
    } else if (event.key === 'Escape' && pinned) onPin(null);
    else if (event.key === '+' || event.key === '=') zoomBy(zoomStep);
    else if (event.key === '-') zoomBy(1 / zoomStep);
    else if (event.key === '0') setZoom(1);
    else return;
    event.preventDefault();
    // The page's own keys of the same name do something else.
    event.stopPropagation();
  };

  return (
    <div className={styles.alignment}>
      {/* An image whose cells are pinned by pointer and by keys. */}
      <ScrolledSurface
        ref={surface}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        aria-label={label}
        aria-describedby={descriptionId}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={styles.surface}
        contentWidth={frame.contentWidth}
        contentHeight={frame.contentHeight}
        view={view}
        onPointerMove={(event) => report(placeUnder(event))}
        onPointerLeave={() => report(null)}
        onClick={onClick}
        onKeyDown={onKeyDown}
      >
        <Canvas draw={draw} />
        <Canvas draw={drawMarks} />
      </ScrolledSurface>
      <div className={styles.foot}>
        <span className={styles.readout} aria-hidden="true">
          <AlignmentReadout
            values={values}
            labels={labels}
            place={hovered ?? pinned}
            causal={causal}
          />
        </span>
        <IconButton
          label="Smaller cells"
          icon="minus"
          disabled={frame.cell <= smallestCell}
          onClick={() => zoomBy(1 / zoomStep)}
        />
        <IconButton
          label="Larger cells"
          icon="plus"
          disabled={frame.cell >= largestCell}
          onClick={() => zoomBy(zoomStep)}
        />
      </div>
      <span className={styles.unseen} aria-live="polite">
        <AlignmentReadout values={values} labels={labels} place={pinned} causal={causal} />
      </span>
      <span id={descriptionId} className={styles.unseen}>
        {description} {frame.queryCount} rows are queries, {frame.keyCount} columns keys. Arrow keys
        move the pinned cell, Escape releases it, plus and minus change the size.
      </span>
    </div>
  );
});
