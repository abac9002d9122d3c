import {
  memo,
  useCallback,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type SyntheticEvent,
} from 'react';
import type { ColourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import { Canvas, type Draw } from '../canvas/Canvas.tsx';
import { customProperties } from '../controls/custom-properties.ts';
import {
  drawHeadGrid,
  headAt,
  type HeadMaps,
  type HeadOrder,
  type HeadScale,
} from './draw-head-grid.ts';
import { HeadCell } from './HeadCell.tsx';
import { headGridGap, layoutHeadGrid, type GridPosition } from './layout-head-grid.ts';
import styles from './HeadGrid.module.css';

/** A head of a layer, both counted from 0. */
export interface HeadIndex {
  readonly layer: number;
  readonly head: number;
}

/** What stands over a cell; it places itself. `isTabStop` is for a button in it. */
export type CellExtra = (layer: number, head: number, isTabStop: boolean) => ReactNode;

export interface HeadGridProps {
  readonly layerCount: number;
  readonly headCount: number;
  readonly maps: HeadMaps;
  readonly scale: HeadScale;
  readonly colourMap: ColourMap;
  readonly selected: HeadIndex | null;
  readonly hovered?: HeadIndex | null;
  /** Order of the heads in each layer's row; the cells then show their head's number. */
  readonly order?: HeadOrder | null;
  /** More words for a head's name: its entropy, its distance. Memoise it. */
  readonly describeHead?: (layer: number, head: number) => string;
  /** Something small over a cell: a toggle, a bar. Tab reaches that of one cell alone. Memoise it. */
  readonly cellExtra?: CellExtra;
  readonly label?: string;
  readonly onSelect: (head: HeadIndex) => void;
  /** Called when the head under the pointer changes. */
  readonly onHover?: (head: HeadIndex | null) => void;
}

/**
 * Every head's map, rows are layers, columns heads. One canvas draws all maps; the cells over it
 * are buttons.
 */
export const HeadGrid = memo(function HeadGrid({
  layerCount,
  headCount,
  maps,
  scale,
  colourMap,
  selected,
  hovered = null,
  order = null,
  describeHead,
  cellExtra,
  label = 'Heads',
  onSelect,
  onHover,
}: HeadGridProps): ReactNode {
  const gap = headGridGap(headCount);
  const palette = useMemo(() => paletteOf(colourMap, { mode: 'even', opacity: 1 }), [colourMap]);
  const draw = useCallback<Draw>(
    (context, { width, height, pixelRatio }) => {
      const layout = layoutHeadGrid(layerCount, headCount, width, height, gap * pixelRatio);
      drawHeadGrid(context, layout, maps, scale, palette, order);
    },
    [layerCount, headCount, gap, maps, scale, palette, order],
  );

  // The one cell that Tab reaches: the last one focused, else the selected one.
  const [focused, setFocused] = useState<GridPosition | null>(null);
  const isThere = focused && focused.layer < layerCount && focused.position < headCount;
  const tabStop = isThere ? focused : positionOf(selected, order);
  const lastHovered = useRef('');
  const report = (head: HeadIndex | null) => {
    const key = head ? `${head.layer} ${head.head}` : '';
    if (key === lastHovered.current) return;
    lastHovered.current = key;
    onHover?.(head);
  };
  const headOf = (event: SyntheticEvent) => {
    const at = gridPositionOf(event.target);
    return at && { layer: at.layer, head: headAt(order, at.layer, at.position) };
  };

  return (
    <div className={styles.scroller}>
      <div
        // A table of buttons that arrow keys walk is a grid, and no table.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="grid"
        aria-label={label}
        tabIndex={-1}
        className={styles.grid}
        style={customProperties({
          '--layer-count': layerCount,
          '--head-count': headCount,
          '--head-gap': `${gap}px`,
          '--cell-aspect': maps.columns / maps.rows,
        })}
        onClick={(event) => {
          const head = headOf(event);
          if (head) onSelect(head);
        }}
        onPointerOver={(event) => report(headOf(event))}
        onPointerLeave={() => report(null)}
        onFocus={(event) => setFocused(cellPositionOf(event.target))}
        onKeyDown={(event) => moveFocus(event, layerCount, headCount)}
      >
        <Canvas draw={draw} className={styles.canvas} />
        <HeaderRow headCount={headCount} isOrdered={order !== null} />
        {Array.from({ length: layerCount }, (_, layer) => (
          <div
            key={layer}
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
            role="row"
            className={styles.row}
          >
            <span
              // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
              role="rowheader"
              className={styles.number}
            >
              <span className={styles.unseen}>Layer </span>
              {layer + 1}
            </span>
            {Array.from({ length: headCount }, (_, position) => {
              const head = headAt(order, layer, position);
              return (
                <HeadCell
                  key={head}
                  layer={layer}
                  head={head}
                  position={position}
                  isSelected={selected?.layer === layer && selected.head === head}
                  isHovered={hovered?.layer === layer && hovered.head === head}
                  isTabStop={tabStop.layer === layer && tabStop.position === position}
                  showsNumber={order !== null}
                  describeHead={describeHead}
                  cellExtra={cellExtra}
                />
              );
            })}
          </div>
        ))}
      </div>
    </div>
  );
});

interface HeaderRowProps {
  readonly headCount: number;
  readonly isOrdered: boolean;
}

/** Numbers of the heads; with an order the cells show them, and the columns are ranks. */
function HeaderRow({ headCount, isOrdered }: HeaderRowProps): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <div role="row" className={styles.row}>
      <span
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="columnheader"
        className={styles.number}
      >
        <span className={styles.unseen}>Layer</span>
      </span>
      {Array.from({ length: headCount }, (_, position) => (
        <span
          key={position}
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
          role="columnheader"
          className={styles.number}
        >
          <span className={styles.unseen}>{isOrdered ? 'Rank ' : 'Head '}</span>
          <span className={isOrdered ? styles.unseen : undefined}>{position + 1}</span>
        </span>
      ))}
    </div>
  );
}

function positionOf(selected: HeadIndex | null, order: HeadOrder | null): GridPosition {
  if (!selected) return { layer: 0, position: 0 };
  const ordered = order?.[selected.layer]?.indexOf(selected.head) ?? selected.head;
  return { layer: selected.layer, position: Math.max(0, ordered) };
}

/** Where the cell stands that an event came from; null for its extras and between cells. */
function gridPositionOf(target: EventTarget): GridPosition | null {
  if (!(target instanceof HTMLElement)) return null;
  const { layer, position } = target.dataset;
  if (layer === undefined || position === undefined) return null;
  return { layer: Number(layer), position: Number(position) };
}

/** The button of a cell that an element stands in: itself, or an extra's neighbour. */
function cellButton(target: EventTarget): Element | null {
  const cell = target instanceof Element ? target.closest('[role=gridcell]') : null;
  return cell?.querySelector('[data-position]') ?? null;
}

function cellPositionOf(target: EventTarget): GridPosition | null {
  const button = cellButton(target);
  return button && gridPositionOf(button);
}

/** From a cell's button to the next cell's, from its extra to the next one's. */
function moveFocus(event: KeyboardEvent<HTMLElement>, layerCount: number, headCount: number): void {
  const from = cellPositionOf(event.target);
  if (!from) return;
  const to = positionAfterKey(event, from, layerCount, headCount);
  if (!to) return;
  event.preventDefault();
  // The page's own arrow keys move the query.
  event.stopPropagation();
  const next = event.currentTarget.querySelector<HTMLElement>(
    `[data-layer="${to.layer}"][data-position="${to.position}"]`,
  );
  const isExtra = cellButton(event.target) !== event.target;
  const extra = next?.parentElement?.querySelector<HTMLElement>('button:not([data-position])');
  (isExtra ? extra : next)?.focus();
}

function positionAfterKey(
  { key, ctrlKey }: KeyboardEvent,
  { layer, position }: GridPosition,
  layerCount: number,
  headCount: number,
): GridPosition | null {
  switch (key) {
    case 'ArrowLeft':
      return { layer, position: Math.max(0, position - 1) };
    case 'ArrowRight':
      return { layer, position: Math.min(headCount - 1, position + 1) };
    case 'ArrowUp':
      return { layer: Math.max(0, layer - 1), position };
    case 'ArrowDown':
      return { layer: Math.min(layerCount - 1, layer + 1), position };
    case 'Home':
      return { layer: ctrlKey ? 0 : layer, position: 0 };
    case 'End':
      return { layer: ctrlKey ? layerCount - 1 : layer, position: headCount - 1 };
    default:
      return null;
  }
}
