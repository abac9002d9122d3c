import { memo, useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import { formatValue } from '../../math/format-number.ts';
import { useElementWidth } from '../canvas/use-element-width.ts';
import { classNames } from '../controls/class-names.ts';
import { customProperties } from '../controls/custom-properties.ts';
import { layoutPlot, type PlotPoint } from './layout-plot.ts';
import { PlotAxes } from './PlotAxes.tsx';
import styles from './HeadPlot.module.css';

/** A head of a layer, both counted from 0. */
export interface PlottedHead {
  readonly layer: number;
  readonly head: number;
}

export interface HeadPlotProps {
  /** What is plotted: "Entropy". */
  readonly title: string;
  /** "bits", "pixels". */
  readonly unit: string;
  /** Row-major [layer, head]. */
  readonly values: Float32Array;
  readonly layerCount: number;
  readonly headCount: number;
  readonly selected: PlottedHead | null;
  readonly hovered?: PlottedHead | null;
  /** In CSS pixels. */
  readonly height?: number;
  readonly onSelect: (head: PlottedHead) => void;
  readonly onHover?: (head: PlottedHead | null) => void;
}

/**
 * A value of every head over depth, a point for each head, the mean of each layer as a line. The
 * points are buttons with one tab stop: left and right go to the next layer, up and down to the
 * next value of the layer.
 */
export const HeadPlot = memo(function HeadPlot({
  title,
  unit,
  values,
  layerCount,
  headCount,
  selected,
  hovered = null,
  height = 220,
  onSelect,
  onHover,
}: HeadPlotProps): ReactNode {
  const [element, width] = useElementWidth<HTMLElement>();
  const [focused, setFocused] = useState<PlottedHead | null>(null);
  const layout = useMemo(
    () => layoutPlot(values, layerCount, headCount, width, height),
    [values, layerCount, headCount, width, height],
  );
  const tabStop =
    layout.points.find((point) => isAt(point, focused ?? selected)) ?? layout.points[0];
  const onKeyDown = (event: KeyboardEvent<HTMLButtonElement>, point: PlotPoint) => {
    const next = pointAfterKey(layout.points, point, event.key);
    if (!next) return;
    event.preventDefault();
    // The page's own arrow keys move the query.
    event.stopPropagation();
    const buttons = element.current?.querySelectorAll('button') ?? [];
    buttons[layout.points.indexOf(next)]?.focus();
  };

  return (
    <section ref={element} aria-label={`${title} of every head`} className={styles.plot}>
      <svg height={height} aria-hidden="true">
        <PlotAxes layout={layout} title={unit ? `${title} (${unit})` : title} height={height} />
        <polyline
          className={styles.mean}
          points={layout.means.map(({ x, y }) => `${x},${y}`).join(' ')}
        />
      </svg>
      {layout.points.map((point) => (
        <button
          key={`${point.layer} ${point.head}`}
          type="button"
          className={classNames(styles.point, isAt(point, hovered) && styles.hovered)}
          style={customProperties({ '--point-x': `${point.x}px`, '--point-y': `${point.y}px` })}
          aria-label={nameOf(point, title, unit)}
          title={nameOf(point, title, unit)}
          aria-pressed={isAt(point, selected)}
          tabIndex={point === tabStop ? 0 : -1}
          onClick={() => onSelect({ layer: point.layer, head: point.head })}
          onFocus={() => setFocused(point)}
          onKeyDown={(event) => onKeyDown(event, point)}
          onPointerEnter={() => onHover?.({ layer: point.layer, head: point.head })}
          onPointerLeave={() => onHover?.(null)}
        />
      ))}
    </section>
  );
});

function isAt(point: PlottedHead, head: PlottedHead | null): boolean {
  return head !== null && point.layer === head.layer && point.head === head.head;
}

function nameOf({ layer, head, value }: PlotPoint, title: string, unit: string): string {
  const number = unit ? `${formatValue(value)} ${unit}` : formatValue(value);
  return `Layer ${layer + 1}, head ${head + 1}: ${title.toLowerCase()} ${number}`;
}

/** The nearest value in the next layer, or the next value in the same one; null for other keys. */
function pointAfterKey(
  points: readonly PlotPoint[],
  from: PlotPoint,
  key: string,
): PlotPoint | null {
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const layer = from.layer + (key === 'ArrowRight' ? 1 : -1);
    const distance = (point: PlotPoint) => Math.abs(point.value - from.value);
    const [nearest = from] = points
      .filter((point) => point.layer === layer)
      .toSorted((a, b) => distance(a) - distance(b));
    return nearest;
  }
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const column = points
      .filter((point) => point.layer === from.layer)
      .toSorted((a, b) => a.value - b.value || a.head - b.head);
    return column[column.indexOf(from) + (key === 'ArrowUp' ? 1 : -1)] ?? from;
  }
  return null;
}
