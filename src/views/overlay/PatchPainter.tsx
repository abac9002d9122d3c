import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import type { ImageGeometry } from '../../math/geometry.ts';
import { patchRectangle } from '../../math/geometry.ts';
import { customProperties } from '../controls/custom-properties.ts';
import {
  hitTestOverlay,
  layoutOverlay,
  visibleRectangle,
  type OverlayExtent,
} from './layout-overlay.ts';
import { patchesBetween } from './patch-line.ts';
import styles from './PatchPainter.module.css';

export interface PatchPainterProps {
  readonly geometry: ImageGeometry;
  readonly extent?: OverlayExtent;
  /** 1 for each painted patch. */
  readonly painted: Uint8Array;
  /** "Hide patches": the surface's name. */
  readonly label: string;
  /** A patch in words, for those who do not see it. */
  readonly nameOf: (patch: number) => string;
  /** Patches that the pointer passed, or the key is on; the stroke's number joins a drag's calls. */
  readonly onPaint: (patches: readonly number[], isPainted: boolean, stroke: number) => void;
}

interface Stroke {
  readonly pointerId: number;
  readonly isPainting: boolean;
  readonly last: number | null;
}

/** Every stroke on the page has a number of its own. */
let strokeCount = 0;

/**
 * Paints patches: stands in an `Overlay` as its child. A drag that starts on a painted patch takes
 * the paint away. Arrow keys move, Space paints.
 */
export function PatchPainter({
  geometry,
  extent = 'whole',
  painted,
  label,
  nameOf,
  onPaint,
}: PatchPainterProps): ReactNode {
  const { gridColumns, gridRows } = geometry;
  const [at, setAt] = useState(
    Math.floor(gridRows / 2) * gridColumns + Math.floor(gridColumns / 2),
  );
  const stroke = useRef<Stroke | null>(null);
  const patchUnder = (event: PointerEvent<HTMLElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const layout = layoutOverlay(geometry, box.width, box.height, extent);
    return hitTestOverlay(layout, geometry, event.clientX - box.left, event.clientY - box.top);
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>): void => {
    const patch = patchUnder(event);
    if (event.button !== 0 || patch === null) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const isPainting = painted[patch] !== 1;
    strokeCount += 1;
    stroke.current = { pointerId: event.pointerId, isPainting, last: patch };
    setAt(patch);
    onPaint([patch], isPainting, strokeCount);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const present = stroke.current;
    if (!present || present.pointerId !== event.pointerId) return;
    const patch = patchUnder(event);
    if (patch === present.last) return;
    stroke.current = { ...present, last: patch };
    if (patch === null) return;
    // A quick pointer leaps over patches.
    const passed = patchesBetween(present.last ?? patch, patch, gridColumns);
    onPaint(passed, present.isPainting, strokeCount);
  };
  const end = (): void => {
    stroke.current = null;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const moved = patchAfterKey(at, event.key, gridColumns, gridRows);
    if (moved === null && event.key !== ' ') return;
    event.preventDefault();
    // The page's own arrow keys move the query.
    event.stopPropagation();
    if (moved !== null) setAt(moved);
    else {
      strokeCount += 1;
      onPaint([at], painted[at] !== 1, strokeCount);
    }
  };
  const visible = visibleRectangle(geometry, extent);
  const cursor = patchRectangle(geometry, at);
  const words = `${nameOf(at)}, ${painted[at] === 1 ? 'hidden' : 'shown'}`;
  return (
    // Painted by pointer and by keys: no element has this role.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="application"
      aria-label={`${label}: ${words}. Arrow keys move, Space hides or shows.`}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      data-uses-keys
      className={styles.painter}
      style={customProperties({
        '--cursor-x': `${((cursor.x - visible.x) / visible.width) * 100}%`,
        '--cursor-y': `${((cursor.y - visible.y) / visible.height) * 100}%`,
        '--cursor-width': `${(cursor.width / visible.width) * 100}%`,
        '--cursor-height': `${(cursor.height / visible.height) * 100}%`,
      })}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={end}
      onPointerCancel={end}
      onKeyDown={onKeyDown}
    >
      <span className={styles.cursor} />
      <span className="visually-hidden" aria-live="polite">
        {words}
      </span>
    </div>
  );
}

function patchAfterKey(at: number, key: string, columns: number, rows: number): number | null {
  const [row, column] = [Math.floor(at / columns), at % columns];
  const moves: Partial<Record<string, readonly [row: number, column: number]>> = {
    ArrowLeft: [row, Math.max(0, column - 1)],
    ArrowRight: [row, Math.min(columns - 1, column + 1)],
    ArrowUp: [Math.max(0, row - 1), column],
    ArrowDown: [Math.min(rows - 1, row + 1), column],
  };
  const move = moves[key];
  return move ? move[0] * columns + move[1] : null;
}
