import type { MatrixAxis } from './draw-axes.ts';
import type { MatrixBox } from './layout-matrix.ts';

/** Sizes in CSS pixels. */
export const thumbnailSize = 20;
const largestCell = 48;
const bandGap = 5;
const widthPerCharacter = 6.4;
const longestName = 96;

export interface BandSizes {
  readonly queryBand: number;
  readonly keyBand: number;
}

/** The room that the longest name, or a thumbnail, needs at each axis, in CSS pixels. */
export function bandSizes(queries: MatrixAxis, keys: MatrixAxis): BandSizes {
  return { queryBand: bandSize(queries), keyBand: bandSize(keys) };
}

function bandSize({ count, markOf }: MatrixAxis): number {
  let widest = thumbnailSize;
  for (let index = 0; index < count; index += 1) {
    const mark = markOf(index);
    if (mark.kind === 'text')
      widest = Math.max(widest, Math.min(longestName, mark.text.length * widthPerCharacter));
  }
  return widest + bandGap;
}

/** The room of a matrix on a canvas of `pixelRatio` pixels for each CSS pixel. */
export function boxFor(
  queryCount: number,
  keyCount: number,
  bands: BandSizes,
  width: number,
  height: number,
  pixelRatio: number,
): MatrixBox {
  return {
    queryCount,
    keyCount,
    width,
    height,
    queryBand: bands.queryBand * pixelRatio,
    keyBand: bands.keyBand * pixelRatio,
    largestCell: largestCell * pixelRatio,
  };
}
