import type { ModelInput } from '../../math/geometry.ts';
import type { Raster } from '../../math/resample.ts';
import type { PreprocessorConfig } from '../checkpoint/preprocessor-config.ts';

/** Where the input begins in a resized picture, and what stands where the picture has no pixel. */
export interface Cut {
  readonly left: number;
  readonly top: number;
  readonly ground: 'black' | 'mean';
}

/**
 * Cuts the input out of a resized picture, rescales and normalises it.
 * @returns [channel, y, x]
 */
export function normalize(
  resized: Raster,
  cut: Cut,
  config: PreprocessorConfig,
  input: ModelInput,
): Float32Array {
  const { width, height, channelCount } = input;
  const pixels = new Float32Array(channelCount * height * width);
  for (let channel = 0; channel < channelCount; channel++) {
    const levels = levelTable(config, channel);
    const plane = pixels.subarray(channel * height * width, (channel + 1) * height * width);
    plane.fill(cut.ground === 'black' ? (levels[0] ?? 0) : meanLevel(config));
    copyPlane(resized, channel, cut, levels, plane, input);
  }
  return pixels;
}

function copyPlane(
  resized: Raster,
  channel: number,
  { left, top }: Cut,
  levels: Float32Array,
  plane: Float32Array,
  { width, height }: ModelInput,
): void {
  const firstRow = Math.max(0, -top);
  const endRow = Math.min(height, resized.height - top);
  const firstColumn = Math.max(0, -left);
  const endColumn = Math.min(width, resized.width - left);
  for (let y = firstRow; y < endRow; y++) {
    const row = (y + top) * resized.width + left;
    for (let x = firstColumn; x < endColumn; x++) {
      const level = resized.data[(row + x) * resized.channelCount + channel] ?? 0;
      plane[y * width + x] = levels[level] ?? 0;
    }
  }
}

/** The tensor's value for each of the 256 levels, rounded to single precision where NumPy does. */
function levelTable(
  { rescaleFactor, normalization }: PreprocessorConfig,
  channel: number,
): Float32Array {
  const mean = Math.fround(normalization?.mean[channel] ?? 0);
  const deviation = Math.fround(normalization?.deviation[channel] ?? 1);
  return Float32Array.from({ length: 256 }, (_, level) =>
    Math.fround(Math.fround(Math.fround(level * rescaleFactor) - mean) / deviation),
  );
}

/** What a pixel of the mean colour becomes; without normalising, mid-grey. */
function meanLevel({ rescaleFactor, normalization }: PreprocessorConfig): number {
  return normalization === null ? 127.5 * rescaleFactor : 0;
}

/**
 * A picture of one colour as the model takes it: black, or the mean colour of the pictures that the
 * model was trained with, as its preprocessor has it.
 * @returns [channel, y, x]
 */
export function plainPixels(
  ground: Cut['ground'],
  config: PreprocessorConfig,
  { width, height, channelCount }: ModelInput,
): Float32Array {
  const pixels = new Float32Array(channelCount * height * width);
  for (let channel = 0; channel < channelCount; channel++) {
    const level = ground === 'black' ? levelTable(config, channel)[0] : meanLevel(config);
    pixels.fill(level ?? 0, channel * height * width, (channel + 1) * height * width);
  }
  return pixels;
}
