import {
  useCallback,
  useEffect,
  useEffectEvent,
  useId,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import type { ColourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import type { PoolingMode } from '../../math/pooling.ts';
import type { Scale } from '../../math/scales.ts';
import { Canvas, type Draw } from '../canvas/Canvas.tsx';
import { inkOf } from '../canvas/ink.ts';
import { classNames } from '../controls/class-names.ts';
import { customProperties } from '../controls/custom-properties.ts';
import type { MatrixAxis } from './draw-axes.ts';
import {
  hitTestMatrix,
  layoutMatrix,
  revealQuery,
  wholeMatrix,
  type MatrixBox,
  type MatrixCell,
  type MatrixView,
} from './layout-matrix.ts';
import { bandSizes, boxFor } from './matrix-box.ts';
import { MatrixReadout } from './MatrixReadout.tsx';
import { MatrixTools } from './MatrixTools.tsx';
import { paintMatrix, paintMatrixMarks } from './paint-matrix.ts';
import { usePanZoom } from './use-pan-zoom.ts';
import { useTiles } from './use-tiles.ts';
import { viewAfterKey } from './view-keys.ts';
import styles from './Matrix.module.css';

export interface MatrixProps {
  /** Row-major [query, key]. */
  readonly values: Float32Array;
  /** Memoise both: a new axis is laid out anew. */
  readonly queries: MatrixAxis;
  readonly keys: MatrixAxis;
  readonly scale: Scale;
  readonly colourMap: ColourMap;
  /** Where patches at the axes are cut from. */
  readonly picture?: CanvasImageSource | null;
  readonly selectedQuery: number | null;
  readonly selectedKey?: number | null;
  readonly hoveredQuery?: number | null;
  readonly hoveredKey?: number | null;
  /** What of the matrix is shown, where somebody else keeps it; else it is kept here. */
  readonly view?: MatrixView;
  readonly onView?: (view: MatrixView) => void;
  /** How cells that share a pixel are joined; the person may change it here. */
  readonly initialPooling?: PoolingMode;
  /** In words, beside the name. */
  readonly description?: string;
  readonly label?: string;
  /** Called when the cell under the pointer changes. */
  readonly onHover?: (cell: MatrixCell | null) => void;
  readonly onSelect?: (cell: MatrixCell) => void;
}

/** Up to this many tokens, a panel of usual width has a pixel for each. */
const poolingFrom = 300;

/** A query × key matrix: zoom, pan, crosshair, patches or words at the axes. */
export function Matrix(props: MatrixProps): ReactNode {
  const { queries, keys } = props;
  // Another size is another matrix: its view starts anew.
  return <SizedMatrix key={`${queries.count} ${keys.count}`} {...props} />;
}

function SizedMatrix({
  values,
  queries,
  keys,
  scale,
  colourMap,
  picture = null,
  selectedQuery,
  selectedKey = null,
  hoveredQuery = null,
  hoveredKey = null,
  view: givenView,
  onView,
  initialPooling = 'max',
  description = '',
  label = 'Attention matrix',
  onHover,
  onSelect,
}: MatrixProps): ReactNode {
  const surface = useRef<HTMLDivElement>(null);
  const descriptionId = useId();
  const [ownView, setOwnView] = useState<MatrixView>(wholeMatrix);
  const view = givenView ?? ownView;
  const setView = onView ?? setOwnView;
  const [pooling, setPooling] = useState<PoolingMode>(initialPooling);
  const bands = useMemo(() => bandSizes(queries, keys), [queries, keys]);
  const boxOf = useCallback(
    (width: number, height: number, pixelRatio = 1) =>
      boxFor(queries.count, keys.count, bands, width, height, pixelRatio),
    [queries, keys, bands],
  );
  const palette = useMemo(() => paletteOf(colourMap, { mode: 'even', opacity: 1 }), [colourMap]);
  const matrix = useMemo(
    () => ({ values, columns: keys.count, rows: queries.count }),
    [values, keys, queries],
  );
  const { tiles, madeCount, makeWanted } = useTiles({ matrix, pooling, scale, palette });

  const draw = useCallback<Draw>(
    (context, { width, height, pixelRatio }) => {
      const layout = layoutMatrix(boxOf(width, height, pixelRatio), view);
      const axes = { query: queries, key: keys };
      const ink = inkOf(context.canvas);
      paintMatrix(
        context,
        layout,
        { values, scale, palette, tiles, axes, picture },
        ink,
        pixelRatio,
      );
      makeWanted();
    },
    // Each finished tile is drawn.
    // oxlint-disable-next-line react/exhaustive-deps
    [boxOf, view, values, scale, palette, tiles, madeCount, makeWanted, queries, keys, picture],
  );
  const drawMarks = useCallback<Draw>(
    (context, { width, height, pixelRatio }) => {
      const layout = layoutMatrix(boxOf(width, height, pixelRatio), view);
      const axes = { query: queries, key: keys };
      const marks = { selectedQuery, selectedKey, hoveredQuery, hoveredKey };
      const ink = inkOf(context.canvas);
      paintMatrixMarks(context, layout, marks, { axes, picture }, ink, pixelRatio);
    },
    [boxOf, view, queries, keys, picture, selectedQuery, selectedKey, hoveredQuery, hoveredKey],
  );

  const revealed = useRef(selectedQuery);
  const reveal = useEffectEvent((query: number | null) => {
    // What a link shows stays, wherever its query is.
    if (query === revealed.current) return;
    revealed.current = query;
    const box = boxOfElement(surface.current, boxOf);
    const next = query !== null && box ? revealQuery(view, box, query) : view;
    if (next !== view) setView(next);
  });
  useEffect(() => reveal(selectedQuery), [selectedQuery]);

  const panZoom = usePanZoom({
    surface,
    view,
    boxOf,
    onView: setView,
    onClick: (x, y) => {
      const box = boxOfElement(surface.current, boxOf);
      const cell = box && hitTestMatrix(layoutMatrix(box, view), x, y);
      if (cell) onSelect?.(cell);
    },
  });

  const lastHovered = useRef<MatrixCell | null>(null);
  const report = (cell: MatrixCell | null) => {
    const last = lastHovered.current;
    if (cell?.query === last?.query && cell?.key === last?.key) return;
    lastHovered.current = cell;
    onHover?.(cell);
  };
  const cellUnder = (event: PointerEvent<HTMLElement>) => {
    const bounds = event.currentTarget.getBoundingClientRect();
    const layout = layoutMatrix(boxOf(bounds.width, bounds.height), view);
    return hitTestMatrix(layout, event.clientX - bounds.left, event.clientY - bounds.top);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const box = boxOfElement(surface.current, boxOf);
    const next = box && viewAfterKey(view, box, event);
    if (!next) return;
    event.preventDefault();
    // The page's own keys of the same name do something else.
    event.stopPropagation();
    setView(next);
  };
  const zoomBy = (factor: number) => {
    const box = boxOfElement(surface.current, boxOf);
    const next = box && viewAfterKey(view, box, { key: factor > 1 ? '+' : '-', shiftKey: false });
    if (next) setView(next);
  };

  return (
    <div className={styles.matrix}>
      <span className={styles.queryName}>query</span>
      {/* An image that can be zoomed and panned, by pointer and by keys. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={surface}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        aria-label={label}
        aria-describedby={descriptionId}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={classNames(styles.surface, view.zoom > 1 && styles.zoomed)}
        style={customProperties({ '--matrix-aspect': aspectOf(queries.count, keys.count) })}
        onKeyDown={onKeyDown}
        {...panZoom}
        onPointerMove={(event) => {
          panZoom.onPointerMove(event);
          report(cellUnder(event));
        }}
        onPointerLeave={() => report(null)}
      >
        <Canvas draw={draw} />
        <Canvas draw={drawMarks} />
      </div>
      <div className={styles.foot}>
        <span className={styles.keyName}>key</span>
        <MatrixTools
          zoom={view.zoom}
          pooling={Math.max(queries.count, keys.count) > poolingFrom ? pooling : null}
          onPooling={setPooling}
          onZoomIn={() => zoomBy(2)}
          onZoomOut={() => zoomBy(0.5)}
          onWhole={() => setView(wholeMatrix)}
        />
      </div>
      <MatrixReadout
        values={values}
        queries={queries}
        keys={keys}
        query={hoveredQuery ?? selectedQuery}
        keyIndex={hoveredKey ?? selectedKey}
      />
      <span id={descriptionId} className={styles.unseen}>
        {description} Rows are queries, columns keys. Plus and minus zoom, 0 shows the whole, arrow
        keys move what is zoomed.
      </span>
    </div>
  );
}

function boxOfElement(
  element: HTMLElement | null,
  boxOf: (width: number, height: number) => MatrixBox,
): MatrixBox | null {
  if (!element) return null;
  const { width, height } = element.getBoundingClientRect();
  return boxOf(width, height);
}

/** Width over height, kept from becoming a thread. */
function aspectOf(queryCount: number, keyCount: number): number {
  return Math.min(2, Math.max(0.5, keyCount / queryCount));
}
