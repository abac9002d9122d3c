import { colourise } from '../../math/colourise.ts';
import { type Grid, poolWindow, type PoolingMode } from '../../math/pooling.ts';
import type { Scale } from '../../math/scales.ts';

/** Cells along the side of a tile. */
export const tileSize = 256;

/** Which tile: its place among those of its level, of which a cell joins 2ⁿ × 2ⁿ of the matrix. */
export interface TilePlace {
  readonly level: number;
  readonly row: number;
  readonly column: number;
}

export interface TileLook {
  readonly matrix: Grid;
  readonly pooling: PoolingMode;
  readonly scale: Scale;
  readonly palette: Uint8ClampedArray;
}

/** Colouring a cell takes as long as reading so many. */
const colouringCost = 3;

/** A tile in the making, some of its rows at a time. */
export class TileJob {
  readonly canvas: OffscreenCanvas;
  readonly #look: TileLook;
  readonly #factor: number;
  readonly #firstRow: number;
  readonly #firstColumn: number;
  readonly #context: OffscreenCanvasRenderingContext2D;
  readonly #image: ImageData;
  #done = 0;

  constructor({ level, row, column }: TilePlace, look: TileLook) {
    this.#look = look;
    this.#factor = 2 ** level;
    this.#firstRow = row * tileSize;
    this.#firstColumn = column * tileSize;
    const { rows, columns } = look.matrix;
    const width = Math.min(tileSize, Math.ceil(columns / this.#factor) - this.#firstColumn);
    const height = Math.min(tileSize, Math.ceil(rows / this.#factor) - this.#firstRow);
    this.canvas = new OffscreenCanvas(width, height);
    const context = this.canvas.getContext('2d');
    if (!context) throw new Error('The browser gave no canvas to draw a map on.');
    this.#context = context;
    this.#image = context.createImageData(width, height);
  }

  /**
   * Makes as many rows as the cost allows, one at least.
   * @param cost in cells read
   * @returns what was spent; the tile is finished when `isDone`
   */
  work(cost: number): number {
    const { width, height } = this.canvas;
    const ofRow = width * (this.#factor ** 2 + colouringCost);
    const rows = Math.min(height - this.#done, Math.max(1, Math.floor(cost / ofRow)));
    const { matrix, pooling, scale, palette } = this.#look;
    const values = poolWindow(matrix, this.#factor, pooling, {
      firstRow: this.#firstRow + this.#done,
      firstColumn: this.#firstColumn,
      rows,
      columns: width,
    });
    const start = this.#done * width * 4;
    colourise(values, scale, palette, this.#image.data.subarray(start, start + values.length * 4));
    this.#done += rows;
    if (this.isDone) this.#context.putImageData(this.#image, 0, 0);
    return rows * ofRow;
  }

  get isDone(): boolean {
    return this.#done === this.canvas.height;
  }
}
