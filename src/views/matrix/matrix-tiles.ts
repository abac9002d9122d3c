import type { DrawingContext } from '../canvas/drawing-context.ts';
import { pool, type Grid, type PoolingMode } from '../../math/pooling.ts';
import type { Scale } from '../../math/scales.ts';
import { rasterOf } from '../canvas/raster.ts';
import type { MatrixLayout } from './layout-matrix.ts';

/**
 * The matrix at full size and at halves of it, each made when first drawn: level 0 is full size, a
 * cell of level n joins 2ⁿ × 2ⁿ cells.
 */
export interface MatrixPyramid {
  level(index: number): Grid;
}

export function createPyramid(matrix: Grid, mode: PoolingMode): MatrixPyramid {
  const levels = new Map<number, Grid>([[0, matrix]]);
  return {
    level(index) {
      const present = levels.get(index);
      if (present) return present;
      const made = pool(matrix, 2 ** index, mode);
      levels.set(index, made);
      return made;
    },
  };
}

/** The level whose cells are at least one pixel large, so that none is skipped in drawing. */
export function levelFor(cell: number): number {
  return cell >= 1 ? 0 : Math.ceil(-Math.log2(cell));
}

/** Cells along the side of a tile. */
const tileSize = 256;

/** Coloured pieces of the pyramid, each made when first seen. */
export interface MatrixTiles {
  readonly pyramid: MatrixPyramid;
  tile(level: number, row: number, column: number): OffscreenCanvas;
}

export function createTiles(
  pyramid: MatrixPyramid,
  scale: Scale,
  palette: Uint8ClampedArray,
): MatrixTiles {
  const tiles = new Map<string, OffscreenCanvas>();
  return {
    pyramid,
    tile(level, row, column) {
      const name = `${level} ${row} ${column}`;
      const present = tiles.get(name);
      if (present) return present;
      const piece = cut(pyramid.level(level), row * tileSize, column * tileSize);
      const made = rasterOf(piece.values, piece.columns, piece.rows, scale, palette);
      tiles.set(name, made);
      return made;
    },
  };
}

function cut({ values, columns, rows }: Grid, firstRow: number, firstColumn: number): Grid {
  const width = Math.min(tileSize, columns - firstColumn);
  const height = Math.min(tileSize, rows - firstRow);
  const piece = new Float32Array(width * height);
  for (let row = 0; row < height; row += 1) {
    const start = (firstRow + row) * columns + firstColumn;
    piece.set(values.subarray(start, start + width), row * width);
  }
  return { values: piece, columns: width, rows: height };
}

/** Draws the visible cells, tiles on whole pixels so that no seam is seen between them. */
export function drawTiles(context: DrawingContext, layout: MatrixLayout, tiles: MatrixTiles): void {
  const { plot, cell, firstQuery, firstKey } = layout;
  const level = levelFor(cell);
  const grid = tiles.pyramid.level(level);
  const levelCell = cell * 2 ** level;
  const originX = plot.x - firstKey * cell;
  const originY = plot.y - firstQuery * cell;
  const tilePixels = tileSize * levelCell;
  const rows = visibleTiles(plot.y - originY, plot.height, tilePixels, grid.rows);
  const columns = visibleTiles(plot.x - originX, plot.width, tilePixels, grid.columns);
  context.save();
  context.beginPath();
  context.rect(plot.x, plot.y, plot.width, plot.height);
  context.clip();
  context.imageSmoothingEnabled = false;
  for (const row of rows) {
    for (const column of columns) {
      const tile = tiles.tile(level, row, column);
      const x = Math.round(originX + column * tilePixels);
      const y = Math.round(originY + row * tilePixels);
      const right = Math.round(originX + column * tilePixels + tile.width * levelCell);
      const bottom = Math.round(originY + row * tilePixels + tile.height * levelCell);
      context.drawImage(tile, x, y, right - x, bottom - y);
    }
  }
  context.restore();
}

function visibleTiles(offset: number, length: number, size: number, cells: number): number[] {
  const first = Math.max(0, Math.floor(offset / size));
  const last = Math.min(Math.ceil(cells / tileSize), Math.ceil((offset + length) / size));
  return Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
}
