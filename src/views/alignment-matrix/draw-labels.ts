import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { Ink } from '../canvas/ink.ts';
import { fitText } from '../tokens/label-width.ts';
import { keyAngle, type AlignmentLayout } from './layout-alignment.ts';

/** Names as they are shown, white space made visible. */
export interface AlignmentLabels {
  readonly query: readonly string[];
  readonly key: readonly string[];
}

/** In CSS pixels, between a name and its row or column. */
const gap = 6;

/** Names of the seen rows at the left, of the seen columns on top, leaning to the right. */
export function drawAlignmentLabels(
  context: DrawingContext,
  layout: AlignmentLayout,
  labels: AlignmentLabels,
  ink: Ink,
  pixelRatio: number,
): void {
  const { firstQuery, endQuery, firstKey, endKey } = layout;
  for (let query = firstQuery; query < endQuery; query += 1)
    drawLabel(context, layout, 'query', query, labels, ink.text, null, pixelRatio, ink);
  for (let key = firstKey; key < endKey; key += 1)
    drawLabel(context, layout, 'key', key, labels, ink.text, null, pixelRatio, ink);
}

/** One name once more, in the accent's colour, over the name that is there. */
export function drawLabelHighlight(
  context: DrawingContext,
  layout: AlignmentLayout,
  axis: 'query' | 'key',
  index: number,
  labels: AlignmentLabels,
  ink: Ink,
  pixelRatio: number,
): void {
  const { firstQuery, endQuery, firstKey, endKey } = layout;
  const [first, end] = axis === 'query' ? [firstQuery, endQuery] : [firstKey, endKey];
  if (index < first || index >= end) return;
  drawLabel(context, layout, axis, index, labels, ink.accent, ink.panel, pixelRatio, ink);
}

function drawLabel(
  context: DrawingContext,
  layout: AlignmentLayout,
  axis: 'query' | 'key',
  index: number,
  labels: AlignmentLabels,
  colour: string,
  ground: string | null,
  pixelRatio: number,
  ink: Ink,
): void {
  const { plot, frame, originX, originY, cell } = layout;
  const size = frame.fontSize * pixelRatio;
  const length = (axis === 'query' ? frame.queryLength : frame.keyLength) * pixelRatio;
  context.save();
  clipToBand(context, layout, axis);
  context.font = `${size}px ${ink.fontFamily}`;
  context.textBaseline = 'middle';
  const text = fitText(context, labels[axis][index] ?? '', length + 2 * pixelRatio);
  const width = context.measureText(text).width;
  const middle = (index + 0.5) * cell;
  if (axis === 'query') {
    context.textAlign = 'right';
    context.translate(plot.x - gap * pixelRatio, originY + middle);
  } else {
    context.textAlign = 'left';
    context.translate(originX + middle, plot.y - gap * pixelRatio);
    context.rotate(-keyAngle);
  }
  if (ground !== null) {
    context.fillStyle = ground;
    const pad = pixelRatio;
    context.fillRect(
      (axis === 'query' ? -width : 0) - pad,
      -size * 0.65,
      width + 2 * pad,
      size * 1.3,
    );
  }
  context.fillStyle = colour;
  context.fillText(text, 0, 0);
  context.restore();
}

/** Names stay in their band, wherever the cells are scrolled to. */
function clipToBand(
  context: DrawingContext,
  { plot, frame, cell }: AlignmentLayout,
  axis: 'query' | 'key',
): void {
  context.beginPath();
  if (axis === 'query') context.rect(0, plot.y, plot.x, plot.height);
  else context.rect(plot.x - cell / 2, 0, plot.width + frame.contentWidth * 4, plot.y);
  context.clip();
}
