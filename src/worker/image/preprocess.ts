/**
 * From the pixels of a picture to the model's tensor, as the Python image processors do it with
 * Pillow: resize, crop, rescale, normalise, with their roundings.
 */
import {
  createGeometry,
  type Fit,
  type ImageGeometry,
  type ModelInput,
  type Rectangle,
} from '../../math/geometry.ts';
import { type Raster, resample } from '../../math/resample.ts';
import type { PreprocessorConfig, Size } from '../checkpoint/preprocessor-config.ts';
import { fail } from '../failure.ts';
import { toGrey } from './grey.ts';
import { normalize } from './normalize.ts';

export interface SourcePicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of each pixel, row by row. Already opaque: alpha is not read. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

export interface PreparedPicture {
  /** [channel, y, x] */
  readonly pixels: Float32Array;
  readonly geometry: ImageGeometry;
}

/**
 * How a picture is placed: the box of the picture is resized to `resized`, and the input begins at
 * pixel (left, top) of that. What the input then lacks is `ground`.
 */
interface Placement {
  readonly box: Rectangle;
  readonly resized: Size;
  readonly left: number;
  readonly top: number;
  /** `black` is what the reference's crop pads with, `mean` becomes 0 by normalising. */
  readonly ground: 'black' | 'mean';
}

/**
 * @throws HeedFailure `image-invalid` if the picture has no pixels, `bad-request` if a region has
 *   none in common with the picture
 */
export function preprocess(
  picture: SourcePicture,
  fit: Fit,
  config: PreprocessorConfig,
  input: ModelInput,
): PreparedPicture {
  const { width, height } = picture;
  if (!(width > 0 && height > 0) || picture.data.length !== width * height * 4) {
    fail(
      'image-invalid',
      'The picture has no pixels.',
      `${width} × ${height} pixels, ${picture.data.length} bytes`,
    );
  }
  const source = input.channelCount === 1 ? toGrey(picture) : toRaster(picture);
  const placement = place(picture, fit, config, input);
  const resized = resample(
    source,
    placement.box,
    placement.resized.width,
    placement.resized.height,
    config.filter,
  );
  return {
    pixels: normalize(resized, placement, config, input),
    geometry: {
      ...createGeometry(width, height, input, fit),
      region: seenRegion(placement, input),
    },
  };
}

function toRaster({ width, height, data }: SourcePicture): Raster {
  return { width, height, channelCount: 4, data };
}

function place(source: Size, fit: Fit, config: PreprocessorConfig, input: ModelInput): Placement {
  const whole = { x: 0, y: 0, width: source.width, height: source.height };
  const filled = { resized: input, left: 0, top: 0, ground: 'mean' } as const;
  switch (fit.mode) {
    case 'reference':
      return placeAsReference(source, config, input);
    case 'pad':
      return placePadded(source, input);
    case 'stretch':
      return { box: whole, ...filled };
    case 'crop':
    case 'region': {
      const { region } = createGeometry(source.width, source.height, input, fit);
      return { box: intersect(region, whole), ...filled };
    }
  }
}

function placeAsReference(
  source: Size,
  { size, crop }: PreprocessorConfig,
  input: ModelInput,
): Placement {
  const box = { x: 0, y: 0, width: source.width, height: source.height };
  const resized = resizedSize(source, size);
  if (crop !== null) {
    return {
      box,
      resized,
      left: Math.floor((resized.width - crop.width) / 2),
      top: Math.floor((resized.height - crop.height) / 2),
      ground: 'black',
    };
  }
  // Without resizing the reference only takes pictures that have the input's size already.
  return { box, resized: input, left: 0, top: 0, ground: 'black' };
}

function resizedSize(source: Size, size: PreprocessorConfig['size']): Size {
  if (size === null) return source;
  if (size.kind === 'exact') return size;
  const { width, height } = source;
  const longer = Math.trunc((size.length * Math.max(width, height)) / Math.min(width, height));
  return width <= height
    ? { width: size.length, height: longer }
    : { width: longer, height: size.length };
}

/** The whole picture, as large as it fits into the input, to whole pixels of the input. */
function placePadded(source: Size, input: ModelInput): Placement {
  const scale = Math.min(input.width / source.width, input.height / source.height);
  const resized = {
    width: Math.max(1, Math.round(source.width * scale)),
    height: Math.max(1, Math.round(source.height * scale)),
  };
  return {
    box: { x: 0, y: 0, width: source.width, height: source.height },
    resized,
    left: -Math.floor((input.width - resized.width) / 2),
    top: -Math.floor((input.height - resized.height) / 2),
    ground: 'mean',
  };
}

function intersect(region: Rectangle, whole: Rectangle): Rectangle {
  const x = Math.max(region.x, 0);
  const y = Math.max(region.y, 0);
  const width = Math.min(region.x + region.width, whole.width) - x;
  const height = Math.min(region.y + region.height, whole.height) - y;
  if (!(width > 0 && height > 0)) {
    fail('bad-request', 'The region lies outside the picture.', JSON.stringify(region));
  }
  return { x, y, width, height };
}

/** The input's rectangle in source pixels: the way of the placement back. */
function seenRegion({ box, resized, left, top }: Placement, input: ModelInput): Rectangle {
  const scaleX = box.width / resized.width;
  const scaleY = box.height / resized.height;
  return {
    x: box.x + left * scaleX,
    y: box.y + top * scaleY,
    width: input.width * scaleX,
    height: input.height * scaleY,
  };
}
