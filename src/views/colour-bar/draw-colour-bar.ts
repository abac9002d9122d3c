import type { Rectangle } from '../../math/geometry.ts';

/** The 256 colours of a palette from left to right, lowest value first. */
export function drawColourBar(
  context: CanvasRenderingContext2D,
  { x, y, width, height }: Rectangle,
  palette: Uint8ClampedArray,
): void {
  const columns = Math.max(1, Math.round(width));
  for (let column = 0; column < columns; column += 1) {
    const at = Math.round((column / Math.max(1, columns - 1)) * 255) * 4;
    const [red, green, blue, alpha = 255] = palette.subarray(at, at + 4);
    context.fillStyle = `rgb(${red} ${green} ${blue} / ${alpha / 255})`;
    context.fillRect(x + (column * width) / columns, y, Math.ceil(width / columns), height);
  }
}
