import type { ModelInput } from '../../math/geometry.ts';

/**
 * Cuts a picture into patches, row by row.
 * @param pixels [channel, y, x]
 * @returns [patch, channel · patchHeight · patchWidth], a patch in the order of a convolution kernel
 */
export function cutPatches(pixels: Float32Array, input: ModelInput): Float32Array {
  const { width, height, channelCount, patchWidth, patchHeight } = input;
  const patches = new Float32Array(pixels.length);
  let at = 0;
  for (let top = 0; top < height; top += patchHeight) {
    for (let left = 0; left < width; left += patchWidth) {
      for (let channel = 0; channel < channelCount; channel++) {
        for (let y = top; y < top + patchHeight; y++) {
          const start = (channel * height + y) * width + left;
          for (let x = start; x < start + patchWidth; x++) patches[at++] = pixels[x] ?? 0;
        }
      }
    }
  }
  return patches;
}
