import type { ColourMap } from '../math/colour-maps.ts';
import { paletteOf } from '../math/colourise.ts';
import type { DrawingContext } from '../views/canvas/drawing-context.ts';
import type { Ink } from '../views/canvas/ink.ts';
import {
  drawHeadGrid,
  headAt,
  type HeadMaps,
  type HeadOrder,
  type HeadScale,
} from '../views/head-grid/draw-head-grid.ts';
import {
  cellRectangle,
  headGridGap,
  layoutHeadGrid,
  type HeadGridLayout,
} from '../views/head-grid/layout-head-grid.ts';
import type { Figure } from './figure.ts';
import { figureScale } from './overlay-figure.ts';

export interface HeadGridFigureOptions {
  readonly layerCount: number;
  readonly headCount: number;
  readonly maps: HeadMaps;
  readonly scale: HeadScale;
  readonly colourMap: ColourMap;
  /** Both counted from 0. */
  readonly selected?: { readonly layer: number; readonly head: number } | null;
  readonly order?: HeadOrder | null;
  readonly unit: string;
  readonly note?: string;
  readonly caption: string;
  /** The grid's width in CSS pixels. */
  readonly size?: number;
}

/** Room for the numbers of layers and heads. */
const numberSize = 20;

/** Every head's map on paper. Heads with a scale each have no common colour bar. */
export function headGridFigure(options: HeadGridFigureOptions): Figure {
  const { layerCount, headCount, maps, scale, colourMap, caption, unit, note } = options;
  const { size = 620, order = null, selected = null } = options;
  const gap = headGridGap(headCount);
  const cellWidth = (size + gap) / headCount - gap;
  const cellHeight = (cellWidth * maps.rows) / maps.columns;
  const height = layerCount * (cellHeight + gap) - gap;
  const palette = paletteOf(colourMap, { mode: 'even', opacity: 1 });
  const scaleOptions = note === undefined ? { unit } : { unit, note };
  return {
    width: size + numberSize + 2,
    height: height + numberSize + 2,
    caption,
    scale: typeof scale === 'function' ? null : figureScale({ scale, colourMap, ...scaleOptions }),
    draw(context, pixelRatio, ink) {
      context.translate(numberSize * pixelRatio, numberSize * pixelRatio);
      const layout = layoutHeadGrid(
        layerCount,
        headCount,
        size * pixelRatio,
        height * pixelRatio,
        gap * pixelRatio,
      );
      drawHeadGrid(context, layout, maps, scale, palette, order);
      drawNumbers(context, layout, order, pixelRatio, ink);
      if (!selected) return;
      const position = order?.[selected.layer]?.indexOf(selected.head) ?? selected.head;
      const cell = cellRectangle(layout, selected.layer, position);
      context.strokeStyle = ink.accent;
      context.lineWidth = 2 * pixelRatio;
      context.strokeRect(cell.x, cell.y, cell.width, cell.height);
    },
  };
}

/** Layers at the left; heads on top, or in their cells where each layer has its own order. */
function drawNumbers(
  context: DrawingContext,
  layout: HeadGridLayout,
  order: HeadOrder | null,
  pixelRatio: number,
  ink: Ink,
): void {
  context.font = `${11 * pixelRatio}px ${ink.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const off = (numberSize / 2) * pixelRatio;
  for (let layer = 0; layer < layout.layerCount; layer += 1) {
    const { y, height } = cellRectangle(layout, layer, 0);
    context.fillStyle = ink.muted;
    context.fillText(String(layer + 1), -off, y + height / 2);
    for (let position = 0; position < layout.headCount; position += 1) {
      const { x, y, width } = cellRectangle(layout, layer, position);
      if (order) {
        drawHeadNumber(context, String(headAt(order, layer, position) + 1), x, y, pixelRatio);
      } else if (layer === 0) {
        context.fillStyle = ink.muted;
        context.fillText(String(position + 1), x + width / 2, -off);
      }
    }
  }
}

function drawHeadNumber(
  context: DrawingContext,
  text: string,
  x: number,
  y: number,
  pixelRatio: number,
): void {
  context.fillStyle = '#000000';
  context.fillRect(x, y, (5 + 6 * text.length) * pixelRatio, 13 * pixelRatio);
  context.fillStyle = '#ffffff';
  context.fillText(text, x + (2.5 + 3 * text.length) * pixelRatio, y + 7 * pixelRatio);
}
