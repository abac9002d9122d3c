import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { MatrixLayout } from './layout-matrix.ts';
import { levelFor, type MatrixTiles } from './matrix-tiles.ts';
import { tileSize, type TilePlace } from './tile-job.ts';

/** Where the tiles of a level lie, in canvas pixels. */
interface LevelLayout {
  readonly level: number;
  readonly originX: number;
  readonly originY: number;
  /** Side of a level's cell. */
  readonly cell: number;
}

/**
 * Draws the visible cells, tiles on whole pixels so that no seam is seen between them. Where a tile
 * isn't made yet, those of the next levels stand in, if they are there.
 */
export function drawTiles(context: DrawingContext, layout: MatrixLayout, tiles: MatrixTiles): void {
  const { plot } = layout;
  const present = levelLayout(layout, levelFor(layout.cell));
  const side = tileSize * present.cell;
  const { rows, columns } = tiles.look.matrix;
  const cellsOf = (count: number) => Math.ceil(count / 2 ** present.level);
  context.save();
  context.beginPath();
  context.rect(plot.x, plot.y, plot.width, plot.height);
  context.clip();
  context.imageSmoothingEnabled = false;
  tiles.begin();
  for (const row of visibleTiles(plot.y - present.originY, plot.height, side, cellsOf(rows))) {
    for (const column of visibleTiles(
      plot.x - present.originX,
      plot.width,
      side,
      cellsOf(columns),
    )) {
      const place = { level: present.level, row, column };
      const tile = tiles.tile(place);
      if (tile) drawTile(context, present, place, tile);
      else drawInstead(context, layout, place, tiles);
    }
  }
  context.restore();
}

function levelLayout({ plot, cell, firstQuery, firstKey }: MatrixLayout, level: number) {
  return {
    level,
    originX: plot.x - firstKey * cell,
    originY: plot.y - firstQuery * cell,
    cell: cell * 2 ** level,
  };
}

function drawTile(
  context: DrawingContext,
  { originX, originY, cell }: LevelLayout,
  { row, column }: TilePlace,
  tile: OffscreenCanvas,
): void {
  const left = originX + column * tileSize * cell;
  const top = originY + row * tileSize * cell;
  const [x, y] = [Math.round(left), Math.round(top)];
  const width = Math.round(left + tile.width * cell) - x;
  const height = Math.round(top + tile.height * cell) - y;
  context.drawImage(tile, x, y, width, height);
}

/** The part of a coarser tile that covers the place, else the finer tiles in it. */
function drawInstead(
  context: DrawingContext,
  layout: MatrixLayout,
  { level, row, column }: TilePlace,
  tiles: MatrixTiles,
): void {
  const coarser = {
    level: level + 1,
    row: Math.floor(row / 2),
    column: Math.floor(column / 2),
  };
  const above = tiles.made(coarser);
  if (above) {
    const half = tileSize / 2;
    const [fromX, fromY] = [(column % 2) * half, (row % 2) * half];
    const width = Math.min(half, above.width - fromX);
    const height = Math.min(half, above.height - fromY);
    const { originX, originY, cell } = levelLayout(layout, coarser.level);
    const left = originX + (coarser.column * tileSize + fromX) * cell;
    const top = originY + (coarser.row * tileSize + fromY) * cell;
    context.drawImage(above, fromX, fromY, width, height, left, top, width * cell, height * cell);
    return;
  }
  if (level === 0) return;
  const finer = levelLayout(layout, level - 1);
  for (const place of [0, 1, 2, 3].map((at) => ({
    level: level - 1,
    row: 2 * row + Math.floor(at / 2),
    column: 2 * column + (at % 2),
  }))) {
    const below = tiles.made(place);
    if (below) drawTile(context, finer, place, below);
  }
}

function visibleTiles(offset: number, length: number, size: number, cells: number): number[] {
  const first = Math.max(0, Math.floor(offset / size));
  const last = Math.min(Math.ceil(cells / tileSize), Math.ceil((offset + length) / size));
  return Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
}
