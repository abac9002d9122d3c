import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import type { Rectangle } from '../../math/geometry.ts';
import { classNames } from '../controls/class-names.ts';
import { customProperties } from '../controls/custom-properties.ts';
import { moveRegion, resizeRegion, type Corner, type RegionLimits } from './region.ts';
import styles from './RegionEditor.module.css';

export interface RegionEditorProps extends RegionLimits {
  /** In source pixels. */
  readonly region: Rectangle;
  /** Called at every step of a drag and for every key. */
  readonly onChange: (region: Rectangle) => void;
  /** Called at the end of a drag and after every key. */
  readonly onCommit?: (region: Rectangle) => void;
}

const corners: readonly Corner[] = ['north-west', 'north-east', 'south-west', 'south-east'];

interface Drag {
  readonly pointerId: number;
  readonly startX: number;
  readonly startY: number;
  readonly from: Rectangle;
  /** Null moves the whole region. */
  readonly corner: Corner | null;
}

/**
 * The crop, dragged over the whole picture: stands in an `Overlay` as its child. Arrow keys move
 * it, with Shift they resize it, always in the aspect ratio of the model's input.
 */
export function RegionEditor({
  region,
  onChange,
  onCommit,
  ...limits
}: RegionEditorProps): ReactNode {
  const { sourceWidth, sourceHeight } = limits;
  const frame = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | null>(null);

  const start = (event: PointerEvent<HTMLElement>, corner: Corner | null) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    drag.current = {
      pointerId: event.pointerId,
      startX: event.clientX,
      startY: event.clientY,
      from: region,
      corner,
    };
  };
  const dragged = (event: PointerEvent<HTMLElement>): Rectangle | null => {
    const present = drag.current;
    const width = frame.current?.getBoundingClientRect().width ?? 0;
    if (!present || present.pointerId !== event.pointerId || width === 0) return null;
    const sourcePerCss = sourceWidth / width;
    const deltaX = (event.clientX - present.startX) * sourcePerCss;
    const deltaY = (event.clientY - present.startY) * sourcePerCss;
    return present.corner
      ? resizeRegion(present.from, present.corner, deltaX, deltaY, limits)
      : moveRegion(present.from, deltaX, deltaY, limits);
  };
  const pointerHandlers = (corner: Corner | null) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>) => start(event, corner),
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const next = dragged(event);
      if (next) onChange(next);
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      const next = dragged(event);
      drag.current = null;
      if (next) onCommit?.(next);
    },
    onPointerCancel: () => {
      const from = drag.current?.from;
      drag.current = null;
      if (from) onChange(from);
    },
  });
  const onKeyDown = (event: KeyboardEvent) => {
    const next = regionAfterKey(region, event.key, event.shiftKey, limits);
    if (!next) return;
    event.preventDefault();
    // The page's own arrow keys move the query.
    event.stopPropagation();
    onChange(next);
    onCommit?.(next);
  };

  return (
    <div ref={frame} className={styles.editor}>
      <div
        className={styles.region}
        style={customProperties({
          '--region-x': `${(region.x / sourceWidth) * 100}%`,
          '--region-y': `${(region.y / sourceHeight) * 100}%`,
          '--region-width': `${(region.width / sourceWidth) * 100}%`,
          '--region-height': `${(region.height / sourceHeight) * 100}%`,
        })}
      >
        <button
          type="button"
          className={styles.body}
          aria-label={`Crop region: ${describe(region)}. Arrow keys move it, with Shift they resize it.`}
          onKeyDown={onKeyDown}
          {...pointerHandlers(null)}
        />
        {corners.map((corner) => (
          <span
            key={corner}
            className={classNames(styles.corner, styles[corner])}
            {...pointerHandlers(corner)}
          />
        ))}
      </div>
    </div>
  );
}

function describe({ x, y, width, height }: Rectangle): string {
  const [left, top, across, down] = [x, y, width, height].map(Math.round);
  return `${across} × ${down} pixels at ${left}, ${top}`;
}

/** The region after a key, or null for a key that is none of the editor's. */
function regionAfterKey(
  region: Rectangle,
  key: string,
  resizes: boolean,
  limits: RegionLimits,
): Rectangle | null {
  const step = Math.max(1, Math.min(limits.sourceWidth, limits.sourceHeight) / 50);
  const directions: Partial<Record<string, readonly [number, number]>> = {
    ArrowLeft: [-step, 0],
    ArrowRight: [step, 0],
    ArrowUp: [0, -step],
    ArrowDown: [0, step],
  };
  const direction = directions[key];
  if (!direction) return null;
  return resizes
    ? resizeRegion(region, 'south-east', ...direction, limits)
    : moveRegion(region, ...direction, limits);
}
