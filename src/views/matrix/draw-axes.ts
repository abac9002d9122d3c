import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { Rectangle } from '../../math/geometry.ts';
import type { Ink } from '../canvas/ink.ts';
import { matrixCellRectangle, type MatrixLayout } from './layout-matrix.ts';

/** What stands for a token at an axis. */
export type TokenMark =
  | { readonly kind: 'text'; readonly text: string }
  /** A piece of the picture, in source pixels. */
  | { readonly kind: 'patch'; readonly rectangle: Rectangle };

/** The tokens of one axis. */
export interface MatrixAxis {
  readonly count: number;
  readonly markOf: (index: number) => TokenMark;
  /** In words: "patch row 8, column 7", "[CLS]". */
  readonly nameOf: (index: number) => string;
}

export interface AxesStyle {
  readonly ink: Ink;
  readonly pixelRatio: number;
  /** Where patches are cut from; without it they are not drawn. */
  readonly picture: CanvasImageSource | null;
  /** Side of a patch at an axis in CSS pixels. */
  readonly thumbnailSize: number;
}

type AxisName = 'query' | 'key';

/** In CSS pixels. */
const textHeight = 13;

/**
 * Which tokens are marked: every n-th, so that marks do not touch. `room` is what a mark needs, in
 * canvas pixels.
 */
export function markedTokens(
  first: number,
  shown: number,
  count: number,
  cell: number,
  room: number,
): number[] {
  const step = Math.max(1, Math.ceil(room / cell));
  const marked: number[] = [];
  const start = Math.ceil(Math.max(0, first - 0.5) / step) * step;
  for (let index = start; index < count && index + 0.5 <= first + shown; index += step)
    marked.push(index);
  return marked;
}

/** Patches, or names, of as many tokens as have room beside the rows and below the columns. */
export function drawAxes(
  context: DrawingContext,
  layout: MatrixLayout,
  axes: Readonly<Record<AxisName, MatrixAxis>>,
  style: AxesStyle,
): void {
  const { plot, cell, firstQuery, firstKey } = layout;
  const room = (style.thumbnailSize + 2) * style.pixelRatio;
  for (const query of markedTokens(firstQuery, plot.height / cell, axes.query.count, cell, room))
    drawToken(context, layout, 'query', query, axes.query.markOf(query), style, style.ink.muted);
  for (const key of markedTokens(firstKey, plot.width / cell, axes.key.count, cell, room))
    drawToken(context, layout, 'key', key, axes.key.markOf(key), style, style.ink.muted);
}

/** The mark of one token over the others, for what is hovered or selected. */
export function drawAxisHighlight(
  context: DrawingContext,
  layout: MatrixLayout,
  axis: AxisName,
  index: number,
  mark: TokenMark,
  style: AxesStyle,
): void {
  const { plot, cell, firstQuery, firstKey } = layout;
  const centre = (index + 0.5 - (axis === 'query' ? firstQuery : firstKey)) * cell;
  if (centre < 0 || centre > (axis === 'query' ? plot.height : plot.width)) return;
  const { x, y, width, height } = tokenBox(layout, axis, index, mark, style);
  const pad = 2 * style.pixelRatio;
  context.fillStyle = style.ink.panel;
  if (axis === 'query') context.fillRect(0, y - pad, plot.x - pad, height + 2 * pad);
  else context.fillRect(x - pad, plot.y + plot.height, width + 2 * pad, height + 3 * pad);
  drawToken(context, layout, axis, index, mark, style, style.ink.accent);
  if (mark.kind !== 'patch') return;
  context.strokeStyle = style.ink.accent;
  context.lineWidth = 2 * style.pixelRatio;
  context.strokeRect(x, y, width, height);
}

/** Where a token's mark stands: centred on its row or column, close to the plot. */
function tokenBox(
  layout: MatrixLayout,
  axis: AxisName,
  index: number,
  mark: TokenMark,
  { thumbnailSize, pixelRatio }: AxesStyle,
): Rectangle {
  const { plot, cell } = layout;
  const size = (mark.kind === 'text' ? textHeight : thumbnailSize) * pixelRatio;
  const gap = 3 * pixelRatio;
  const at = matrixCellRectangle(layout, {
    query: axis === 'query' ? index : 0,
    key: axis === 'key' ? index : 0,
  });
  // The first and the last token's mark stays on the canvas.
  const inside = (start: number, from: number, length: number) =>
    Math.max(from, Math.min(start, from + Math.max(size, length) - size));
  return axis === 'query'
    ? {
        x: plot.x - gap - size,
        y: inside(at.y + (cell - size) / 2, plot.y, plot.height),
        width: size,
        height: size,
      }
    : {
        x: inside(at.x + (cell - size) / 2, plot.x, plot.width),
        y: plot.y + plot.height + gap,
        width: size,
        height: size,
      };
}

function drawToken(
  context: DrawingContext,
  layout: MatrixLayout,
  axis: AxisName,
  index: number,
  mark: TokenMark,
  style: AxesStyle,
  colour: string,
): void {
  const box = tokenBox(layout, axis, index, mark, style);
  if (mark.kind === 'text') {
    drawName(context, axis, mark.text, box, style, colour);
    return;
  }
  if (!style.picture) return;
  const { x, y, width, height } = mark.rectangle;
  context.imageSmoothingEnabled = true;
  context.fillStyle = style.ink.sunk;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.drawImage(style.picture, x, y, width, height, box.x, box.y, box.width, box.height);
}

/** Names of queries end at the plot; names of keys hang from it, turned by a quarter. */
function drawName(
  context: DrawingContext,
  axis: AxisName,
  text: string,
  box: Rectangle,
  { ink, pixelRatio }: AxesStyle,
  colour: string,
): void {
  context.save();
  context.font = `${11 * pixelRatio}px ${ink.fontFamily}`;
  context.fillStyle = colour;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  if (axis === 'query') {
    context.fillText(text, box.x + box.width, box.y + box.height / 2);
  } else {
    context.translate(box.x + box.width / 2, box.y);
    context.rotate(-Math.PI / 2);
    context.fillText(text, 0, 0);
  }
  context.restore();
}
