import type { ReactNode } from 'react';
import type { PlotLayout } from './layout-plot.ts';
import styles from './HeadPlot.module.css';

export interface PlotAxesProps {
  readonly layout: PlotLayout;
  /** What the values are, with their unit. */
  readonly title: string;
  readonly height: number;
}

/** Grid lines with numbers, and the names of both axes. */
export function PlotAxes({ layout, title, height }: PlotAxesProps): ReactNode {
  const { plot, layerTicks, valueTicks } = layout;
  return (
    <>
      {valueTicks.map(({ at, text }) => (
        <g key={text}>
          <line className={styles.gridLine} x1={plot.x} x2={plot.x + plot.width} y1={at} y2={at} />
          <text x={plot.x - 6} y={at} textAnchor="end" dominantBaseline="central">
            {text}
          </text>
        </g>
      ))}
      {layerTicks.map(({ at, text }) => (
        <text key={text} x={at} y={plot.y + plot.height + 14} textAnchor="middle">
          {text}
        </text>
      ))}
      <text className={styles.title} x={plot.x + plot.width / 2} y={height - 3} textAnchor="middle">
        layer
      </text>
      <text
        className={styles.title}
        textAnchor="middle"
        transform={`translate(12 ${plot.y + plot.height / 2}) rotate(-90)`}
      >
        {title}
      </text>
    </>
  );
}
