import { colourise } from '../../math/colourise.ts';
import type { Scale } from '../../math/scales.ts';

/**
 * Values as a picture of one pixel each.
 * @param values row-major [height, width]
 * @param palette [256, RGBA] from `paletteOf`
 */
export function rasterOf(
  values: ArrayLike<number>,
  width: number,
  height: number,
  scale: Scale,
  palette: Uint8ClampedArray,
): OffscreenCanvas {
  return stackOf([{ values, scale }], width, height, palette);
}

/** One of several maps of the same size. */
export interface StackedMap {
  /** Row-major [height, width]. */
  readonly values: ArrayLike<number>;
  readonly scale: Scale;
}

/**
 * Maps as one picture, the first on top: one canvas for all is much faster than one for each.
 * @param width of one map
 * @param height of one map
 */
export function stackOf(
  maps: readonly StackedMap[],
  width: number,
  height: number,
  palette: Uint8ClampedArray,
): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height * maps.length);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser gave no canvas to draw a map on.');
  const image = context.createImageData(width, height * maps.length);
  const mapBytes = width * height * 4;
  for (const [index, { values, scale }] of maps.entries()) {
    const target = image.data.subarray(index * mapBytes, (index + 1) * mapBytes);
    colourise(values, scale, palette, target);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
