import type { DrawingContext } from '../views/canvas/drawing-context.ts';
import type { Ink } from '../views/canvas/ink.ts';
import { drawFigureScale, type Figure, figureScaleHeight } from './figure.ts';

/** In CSS pixels, between two figures. */
const gap = 24;

/** Figures beside each other, each with its own scale below it, and one caption that names them. */
export function figuresBeside(parts: readonly [string, Figure][]): Figure {
  const figures = parts.map(([, figure]) => figure);
  const width = figures.reduce((sum, figure) => sum + figure.width, gap * (figures.length - 1));
  const tallest = Math.max(...figures.map(({ height }) => height));
  return {
    width,
    height: tallest + (figures.some(({ scale }) => scale !== null) ? figureScaleHeight : 0),
    scale: null,
    caption: parts.map(([name, { caption }]) => `${name}: ${caption}`).join(' '),
    draw: (context: DrawingContext, pixelRatio: number, ink: Ink) => {
      let left = 0;
      for (const figure of figures) {
        context.save();
        context.translate(left * pixelRatio, 0);
        context.save();
        figure.draw(context, pixelRatio, ink);
        context.restore();
        if (figure.scale) drawFigureScale(context, figure.scale, figure.height, pixelRatio, ink);
        context.restore();
        left += figure.width + gap;
      }
    },
  };
}
