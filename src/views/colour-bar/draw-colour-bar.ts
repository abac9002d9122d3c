import type { Rectangle } from '../../math/geometry.ts';
import type { DrawingContext } from '../canvas/drawing-context.ts';

/**
 * The 256 colours of a palette from left to right, lowest value first: one image, since neighbouring
 * thin rectangles let the ground shine through between them.
 */
export function drawColourBar(
  context: DrawingContext,
  { x, y, width, height }: Rectangle,
  palette: Uint8ClampedArray,
): void {
  const strip = new OffscreenCanvas(256, 1);
  const stripContext = strip.getContext('2d');
  if (!stripContext) throw new Error('The browser gave no canvas to draw a colour bar on.');
  const image = stripContext.createImageData(256, 1);
  image.data.set(palette);
  stripContext.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(strip, x, y, width, height);
}
