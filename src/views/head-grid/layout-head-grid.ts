import type { Rectangle } from '../../math/geometry.ts';

/** Thumbnails in rows of layers, on whole device pixels. */
export interface HeadGridLayout {
  readonly layerCount: number;
  readonly headCount: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Distance from one cell's start to the next one's. */
  readonly pitchX: number;
  readonly pitchY: number;
}

/** Space between cells in CSS pixels; narrower when there are many. */
export function headGridGap(headCount: number): number {
  return headCount > 8 ? 2 : 4;
}

/**
 * Divides a canvas as the style sheet's grid divides the same box.
 * @param gap in canvas pixels
 */
export function layoutHeadGrid(
  layerCount: number,
  headCount: number,
  width: number,
  height: number,
  gap: number,
): HeadGridLayout {
  const pitchX = (width + gap) / headCount;
  const pitchY = (height + gap) / layerCount;
  return {
    layerCount,
    headCount,
    cellWidth: pitchX - gap,
    cellHeight: pitchY - gap,
    pitchX,
    pitchY,
  };
}

/** The cell of a layer at a position in its row, both counted from 0, on whole pixels. */
export function cellRectangle(layout: HeadGridLayout, layer: number, position: number): Rectangle {
  const x = Math.round(position * layout.pitchX);
  const y = Math.round(layer * layout.pitchY);
  return {
    x,
    y,
    width: Math.round(position * layout.pitchX + layout.cellWidth) - x,
    height: Math.round(layer * layout.pitchY + layout.cellHeight) - y,
  };
}

export interface GridPosition {
  readonly layer: number;
  readonly position: number;
}
