import type { ColourMap } from '../math/colour-maps.ts';
import { paletteOf } from '../math/colourise.ts';
import type { PoolingMode } from '../math/pooling.ts';
import type { Scale } from '../math/scales.ts';
import type { DrawingContext } from '../views/canvas/drawing-context.ts';
import type { Ink } from '../views/canvas/ink.ts';
import type { MatrixAxis } from '../views/matrix/draw-axes.ts';
import { layoutMatrix, wholeMatrix } from '../views/matrix/layout-matrix.ts';
import { bandSizes, boxFor } from '../views/matrix/matrix-box.ts';
import { MatrixTiles } from '../views/matrix/matrix-tiles.ts';
import { paintMatrix, paintMatrixMarks } from '../views/matrix/paint-matrix.ts';
import type { Figure } from './figure.ts';
import { figureScale } from './overlay-figure.ts';

export interface MatrixFigureOptions {
  /** Row-major [query, key]. */
  readonly values: Float32Array;
  readonly queries: MatrixAxis;
  readonly keys: MatrixAxis;
  readonly scale: Scale;
  readonly colourMap: ColourMap;
  readonly picture?: CanvasImageSource | null;
  readonly selectedQuery?: number | null;
  readonly selectedKey?: number | null;
  readonly pooling?: PoolingMode;
  readonly unit: string;
  readonly note?: string;
  readonly caption: string;
  /** The plot's longer side in CSS pixels. */
  readonly size?: number;
}

/** Room for the names "query" and "key". */
const nameSize = 18;

/** The whole matrix on paper. */
export function matrixFigure(options: MatrixFigureOptions): Figure {
  const { values, queries, keys, scale, colourMap, caption, size = 560 } = options;
  const { picture = null, selectedQuery = null, selectedKey = null, pooling = 'max' } = options;
  const bands = bandSizes(queries, keys);
  const cell = size / Math.max(queries.count, keys.count);
  const width = keys.count * cell + bands.queryBand;
  const height = queries.count * cell + bands.keyBand;
  const palette = paletteOf(colourMap, { mode: 'even', opacity: 1 });
  const grid = { values, columns: keys.count, rows: queries.count };
  const tiles = new MatrixTiles({ matrix: grid, pooling, scale, palette }, Infinity);
  const axes = { query: queries, key: keys };
  return {
    width: width + nameSize,
    height: height + nameSize,
    caption,
    scale: figureScale(options),
    draw(context, pixelRatio, ink) {
      drawAxisNames(context, width, height, bands, pixelRatio, ink);
      context.translate(nameSize * pixelRatio, 0);
      const box = boxFor(
        queries.count,
        keys.count,
        bands,
        width * pixelRatio,
        height * pixelRatio,
        pixelRatio,
      );
      const layout = layoutMatrix(box, wholeMatrix);
      const content = { values, scale, palette, tiles, axes, picture };
      paintMatrix(context, layout, content, ink, pixelRatio);
      const marks = { selectedQuery, selectedKey, hoveredQuery: null, hoveredKey: null };
      paintMatrixMarks(context, layout, marks, { axes, picture }, ink, pixelRatio);
    },
  };
}

function drawAxisNames(
  context: DrawingContext,
  width: number,
  height: number,
  bands: { readonly queryBand: number; readonly keyBand: number },
  pixelRatio: number,
  ink: Ink,
): void {
  context.font = `${12 * pixelRatio}px ${ink.fontFamily}`;
  context.fillStyle = ink.muted;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const keyMiddle = nameSize + bands.queryBand + (width - bands.queryBand) / 2;
  context.fillText('key', keyMiddle * pixelRatio, (height + nameSize / 2) * pixelRatio);
  context.save();
  context.translate((nameSize / 2) * pixelRatio, ((height - bands.keyBand) / 2) * pixelRatio);
  context.rotate(-Math.PI / 2);
  context.fillText('query', 0, 0);
  context.restore();
}
