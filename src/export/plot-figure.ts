import { drawPlot } from '../views/plot/draw-plot.ts';
import { layoutPlot } from '../views/plot/layout-plot.ts';
import type { Figure } from './figure.ts';

export interface PlotFigureOptions {
  readonly title: string;
  readonly unit: string;
  /** Row-major [layer, head]. */
  readonly values: Float32Array;
  readonly layerCount: number;
  readonly headCount: number;
  /** Both counted from 0. */
  readonly selected?: { readonly layer: number; readonly head: number } | null;
  readonly caption: string;
  readonly width?: number;
  readonly height?: number;
}

/** A value of every head over depth, on paper. */
export function plotFigure({
  title,
  unit,
  values,
  layerCount,
  headCount,
  selected = null,
  caption,
  width = 480,
  height = 280,
}: PlotFigureOptions): Figure {
  return {
    width,
    height,
    caption,
    scale: null,
    draw(context, pixelRatio, ink) {
      const layout = layoutPlot(values, layerCount, headCount, width, height);
      const name = unit ? `${title} (${unit})` : title;
      drawPlot(context, layout, name, height, selected, ink, pixelRatio);
    },
  };
}
