import type { DrawingContext } from './drawing-context.ts';

/**
 * Strokes the present path in white on black, which is seen on every picture and every colour map.
 * @param width of the white line, in device pixels; the black one is twice as wide
 */
export function doubleStroke(context: DrawingContext, width: number): void {
  context.lineJoin = 'miter';
  context.strokeStyle = 'rgb(0 0 0)';
  context.lineWidth = width * 2;
  context.stroke();
  context.strokeStyle = 'rgb(255 255 255)';
  context.lineWidth = width;
  context.stroke();
}
