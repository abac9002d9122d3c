import { memo, useId, useMemo, type ReactNode } from 'react';
import { useElementWidth } from '../canvas/use-element-width.ts';
import { layoutCurves, type CurvePoint, type CurvesContent } from './layout-curves.ts';
import styles from './CurvePlot.module.css';

export interface CurvePlotProps extends CurvesContent {
  /** The figure's name: "Deletion curve". */
  readonly title: string;
  readonly shareTitle: string;
  readonly valueTitle: string;
  /** The top of the scale at least. */
  readonly largest: number;
  /** What is seen, in words: the areas. */
  readonly description: string;
  /** In CSS pixels. */
  readonly height?: number;
}

function pointsOf(points: readonly CurvePoint[]): string {
  return points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
}

/** A curve over shares, before the band and the mean of others. */
export const CurvePlot = memo(function CurvePlot({
  title,
  shareTitle,
  valueTitle,
  largest,
  description,
  height = 208,
  shares,
  curve,
  band,
}: CurvePlotProps): ReactNode {
  const [element, width] = useElementWidth<HTMLElement>();
  const captionId = useId();
  const layout = useMemo(
    () => layoutCurves({ shares, curve, band }, largest, width, height),
    [shares, curve, band, largest, width, height],
  );
  const { plot } = layout;
  return (
    <figure ref={element} aria-labelledby={captionId} className={styles.figure}>
      <figcaption>
        <span id={captionId}>{title}</span>
        <span className={styles.description}>{description}</span>
      </figcaption>
      <svg height={height} aria-hidden="true">
        {layout.valueTicks.map(({ at, text }) => (
          <g key={text}>
            <line className={styles.line} x1={plot.x} x2={plot.x + plot.width} y1={at} y2={at} />
            <text x={plot.x - 6} y={at} textAnchor="end" dominantBaseline="central">
              {text}
            </text>
          </g>
        ))}
        {layout.shareTicks.map(({ at, text }) => (
          <text key={text} x={at} y={plot.y + plot.height + 14} textAnchor="middle">
            {text}
          </text>
        ))}
        <text
          className={styles.title}
          x={plot.x + plot.width / 2}
          y={height - 4}
          textAnchor="middle"
        >
          {shareTitle}
        </text>
        <text
          className={styles.title}
          textAnchor="middle"
          transform={`translate(10 ${plot.y + plot.height / 2}) rotate(-90)`}
        >
          {valueTitle}
        </text>
        <polygon className={styles.band} points={pointsOf(layout.band)} />
        <polyline className={styles.mean} points={pointsOf(layout.mean)} />
        <polyline className={styles.curve} points={pointsOf(layout.curve)} />
      </svg>
    </figure>
  );
});

/** Which line is which. */
export function CurvesLegend({
  curve,
  band,
}: {
  readonly curve: string;
  readonly band: string;
}): ReactNode {
  return (
    <p className={styles.legend}>
      <span>
        <i className={styles.curveKey} aria-hidden="true" /> {curve}
      </span>
      <span>
        <i className={styles.bandKey} aria-hidden="true" /> {band}
      </span>
    </p>
  );
}
