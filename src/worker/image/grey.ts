import type { Raster } from '../../math/resample.ts';

/** Luminance by ITU-R 601-2 in fixed point, as Pillow's `convert('L')` computes and rounds it. */
export function toGrey(picture: {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel. */
  readonly data: Uint8Array | Uint8ClampedArray;
}): Raster {
  const { width, height, data: colours } = picture;
  const data = new Uint8Array(width * height);
  for (let pixel = 0, from = 0; pixel < data.length; pixel++, from += 4) {
    const red = colours[from] ?? 0;
    const green = colours[from + 1] ?? 0;
    const blue = colours[from + 2] ?? 0;
    data[pixel] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }
  return { width, height, channelCount: 1, data };
}
