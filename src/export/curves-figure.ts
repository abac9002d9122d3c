import { drawCurves } from '../views/curves/draw-curves.ts';
import { largestOf, layoutCurves, type CurvesContent } from '../views/curves/layout-curves.ts';
import type { Figure } from './figure.ts';

export interface FigureCurves extends CurvesContent {
  readonly title: string;
  readonly shareTitle: string;
}

export interface CurvesFigureOptions {
  /** Side by side, on one scale. */
  readonly plots: readonly FigureCurves[];
  readonly valueTitle: string;
  readonly caption: string;
  /** Of each plot, in CSS pixels. */
  readonly width?: number;
  readonly height?: number;
}

const titleHeight = 22;
const gap = 16;

/** Curves on paper, each under its title. */
export function curvesFigure({
  plots,
  valueTitle,
  caption,
  width = 360,
  height = 240,
}: CurvesFigureOptions): Figure {
  const largest = largestOf(plots);
  return {
    width: plots.length * (width + gap) - gap,
    height: height + titleHeight,
    caption,
    scale: null,
    draw(context, pixelRatio, ink) {
      for (const [index, plot] of plots.entries()) {
        context.save();
        context.translate(index * (width + gap) * pixelRatio, 0);
        context.font = `600 ${12 * pixelRatio}px ${ink.fontFamily}`;
        context.fillStyle = ink.text;
        context.textAlign = 'left';
        context.textBaseline = 'top';
        context.fillText(plot.title, 0, 0);
        context.translate(0, titleHeight * pixelRatio);
        const layout = layoutCurves(plot, largest, width, height);
        const words = { shareTitle: plot.shareTitle, valueTitle };
        drawCurves(context, layout, words, height, ink, pixelRatio);
        context.restore();
      }
    },
  };
}
