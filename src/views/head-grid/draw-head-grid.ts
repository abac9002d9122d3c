import type { DrawingContext } from '../canvas/drawing-context.ts';
import { pool } from '../../math/pooling.ts';
import type { Scale } from '../../math/scales.ts';
import { stackOf, type StackedMap } from '../canvas/raster.ts';
import { cellRectangle, type HeadGridLayout } from './layout-head-grid.ts';

export interface HeadMaps {
  /** Row-major [layer, head, row, column]. */
  readonly values: Float32Array;
  readonly columns: number;
  readonly rows: number;
}

/** One scale for all heads, or each head's own. */
export type HeadScale = Scale | ((layer: number, head: number) => Scale);

/** Which head stands at a position of a layer's row; all counted from 0. */
export type HeadOrder = readonly (readonly number[])[];

export function headAt(order: HeadOrder | null, layer: number, position: number): number {
  return order?.[layer]?.[position] ?? position;
}

/**
 * Draws every head's map. A map with more cells than its thumbnail has pixels is drawn by means.
 * @throws RangeError if there is not one value for each cell of each head
 */
export function drawHeadGrid(
  context: DrawingContext,
  layout: HeadGridLayout,
  { values, columns, rows }: HeadMaps,
  scale: HeadScale,
  palette: Uint8ClampedArray,
  order: HeadOrder | null = null,
): void {
  const { layerCount, headCount } = layout;
  const cellCount = columns * rows;
  const expected = layerCount * headCount * cellCount;
  if (values.length !== expected)
    throw new RangeError(
      `Expected ${expected} values for ${layerCount} × ${headCount} heads, got ${values.length}.`,
    );
  const factor = Math.max(1, Math.floor(columns / Math.max(1, layout.cellWidth)));
  const width = Math.ceil(columns / factor);
  const height = Math.ceil(rows / factor);
  const maps: StackedMap[] = [];
  for (let layer = 0; layer < layerCount; layer += 1) {
    for (let head = 0; head < headCount; head += 1) {
      const start = (layer * headCount + head) * cellCount;
      const map = { values: values.subarray(start, start + cellCount), columns, rows };
      maps.push({
        values: factor > 1 ? pool(map, factor, 'mean').values : map.values,
        scale: typeof scale === 'function' ? scale(layer, head) : scale,
      });
    }
  }
  const stack = stackOf(maps, width, height, palette);
  context.imageSmoothingEnabled = false;
  for (let layer = 0; layer < layerCount; layer += 1) {
    for (let position = 0; position < headCount; position += 1) {
      const top = (layer * headCount + headAt(order, layer, position)) * height;
      const cell = cellRectangle(layout, layer, position);
      context.drawImage(stack, 0, top, width, height, cell.x, cell.y, cell.width, cell.height);
    }
  }
}
