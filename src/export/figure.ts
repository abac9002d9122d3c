import type { ColourMap } from '../math/colour-maps.ts';
import { paletteOf } from '../math/colourise.ts';
import type { Scale } from '../math/scales.ts';
import type { DrawingContext } from '../views/canvas/drawing-context.ts';
import { printInk, type Ink } from '../views/canvas/ink.ts';
import { drawColourBar } from '../views/colour-bar/draw-colour-bar.ts';
import { scaleTicks, scaleWords } from '../views/colour-bar/scale-words.ts';
import { wrapText } from './wrap-text.ts';

/** The scale that a figure prints below its picture. */
export interface FigureScale {
  readonly scale: Scale;
  readonly colourMap: ColourMap;
  readonly unit: string;
  readonly note?: string;
}

/** A view on paper. */
export interface Figure {
  /** Of the view, in CSS pixels. */
  readonly width: number;
  readonly height: number;
  /** Draws the view at the origin, in CSS pixels times `pixelRatio`. */
  readonly draw: (context: DrawingContext, pixelRatio: number, ink: Ink) => void;
  readonly scale: FigureScale | null;
  /** What is seen, in words: model, lens, layer, head, query. */
  readonly caption: string;
}

export interface FigureSize {
  readonly width: number;
  readonly height: number;
  readonly captionLines: readonly string[];
}

const margin = 16;
/** What a scale takes below its figure, in CSS pixels. */
export const figureScaleHeight = 40;
const barWidth = 168;
const barHeight = 8;
const lineHeight = 17;
const captionSize = 12;

function captionFont(ink: Ink, pixelRatio: number): string {
  return `${captionSize * pixelRatio}px ${ink.fontFamily}`;
}

/** The size of a figure with its scale and caption, in CSS pixels, and how its caption breaks. */
export function measureFigure(figure: Figure, context: DrawingContext, ink = printInk): FigureSize {
  context.save();
  context.font = captionFont(ink, 1);
  const width = Math.max(figure.width, 240);
  const captionLines = wrapText(figure.caption, width, (text) => context.measureText(text).width);
  context.restore();
  return {
    width: width + 2 * margin,
    height:
      figure.height +
      2 * margin +
      (figure.scale ? figureScaleHeight : 0) +
      (captionLines.length > 0 ? 8 + captionLines.length * lineHeight : 0),
    captionLines,
  };
}

/** Draws a figure on its ground: the view, below it the scale, below that the caption. */
export function drawFigure(
  context: DrawingContext,
  figure: Figure,
  size: FigureSize,
  pixelRatio: number,
  ink = printInk,
): void {
  context.fillStyle = ink.panel;
  context.fillRect(0, 0, size.width * pixelRatio, size.height * pixelRatio);
  context.save();
  context.translate(margin * pixelRatio, margin * pixelRatio);
  context.save();
  figure.draw(context, pixelRatio, ink);
  context.restore();
  let y = figure.height;
  if (figure.scale) {
    drawFigureScale(context, figure.scale, y, pixelRatio, ink);
    y += figureScaleHeight;
  }
  context.font = captionFont(ink, pixelRatio);
  context.fillStyle = ink.text;
  context.textAlign = 'left';
  context.textBaseline = 'top';
  for (const [index, line] of size.captionLines.entries())
    context.fillText(line, 0, (y + 8 + index * lineHeight) * pixelRatio);
  context.restore();
}

/** @param below CSS pixels from the figure's top to its end */
export function drawFigureScale(
  context: DrawingContext,
  { scale, colourMap, unit, note }: FigureScale,
  below: number,
  pixelRatio: number,
  ink: Ink,
): void {
  const top = below + 10;
  const isConstant = scale.constant !== null;
  const words = [unit, scaleWords(scale), note].filter(Boolean).join(' · ');
  context.font = captionFont(ink, pixelRatio);
  context.fillStyle = ink.muted;
  context.textBaseline = 'top';
  if (!isConstant) {
    const bar = {
      x: 0,
      y: top * pixelRatio,
      width: barWidth * pixelRatio,
      height: barHeight * pixelRatio,
    };
    drawColourBar(context, bar, paletteOf(colourMap, { mode: 'even', opacity: 1 }));
    context.fillStyle = ink.muted;
    for (const { unit: at, text } of scaleTicks(scale)) {
      context.textAlign = at === 0 ? 'left' : at === 1 ? 'right' : 'center';
      context.fillText(text, at * bar.width, (top + barHeight + 3) * pixelRatio);
    }
  }
  context.textAlign = 'left';
  const left = isConstant ? 0 : barWidth + 14;
  context.fillText(words, left * pixelRatio, (top - 3) * pixelRatio);
}
