import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { Scale } from '../../math/scales.ts';
import type { Ink } from '../canvas/ink.ts';
import { drawAxes, drawAxisHighlight, type AxesStyle, type MatrixAxis } from './draw-axes.ts';
import {
  drawCellLines,
  drawCellNumbers,
  drawMatrixMarks,
  type MatrixMarks,
} from './draw-matrix.ts';
import type { MatrixLayout } from './layout-matrix.ts';
import { thumbnailSize } from './matrix-box.ts';
import { drawTiles } from './draw-tiles.ts';
import type { MatrixTiles } from './matrix-tiles.ts';

export interface MatrixAxes {
  readonly axes: { readonly query: MatrixAxis; readonly key: MatrixAxis };
  readonly picture: CanvasImageSource | null;
}

export interface MatrixContent extends MatrixAxes {
  readonly values: Float32Array;
  readonly scale: Scale;
  readonly palette: Uint8ClampedArray;
  readonly tiles: MatrixTiles;
}

/** Cells, lines, numbers and axes. */
export function paintMatrix(
  context: DrawingContext,
  layout: MatrixLayout,
  { values, scale, palette, tiles, axes, picture }: MatrixContent,
  ink: Ink,
  pixelRatio: number,
): void {
  drawTiles(context, layout, tiles);
  drawCellLines(context, layout, ink, pixelRatio);
  drawCellNumbers(context, layout, values, scale, palette, ink, pixelRatio);
  drawAxes(context, layout, axes, { ink, pixelRatio, picture, thumbnailSize });
}

/** What is selected and hovered, in the plot and at the axes. */
export function paintMatrixMarks(
  context: DrawingContext,
  layout: MatrixLayout,
  marks: MatrixMarks,
  { axes, picture }: MatrixAxes,
  ink: Ink,
  pixelRatio: number,
): void {
  drawMatrixMarks(context, layout, marks, ink, pixelRatio);
  const style: AxesStyle = { ink, pixelRatio, picture, thumbnailSize };
  const { selectedQuery, selectedKey, hoveredQuery, hoveredKey } = marks;
  for (const [axis, index] of [
    ['query', selectedQuery],
    ['key', selectedKey],
    ['query', hoveredQuery],
    ['key', hoveredKey],
  ] as const) {
    if (index === null) continue;
    drawAxisHighlight(context, layout, axis, index, axes[axis].markOf(index), style);
  }
}
