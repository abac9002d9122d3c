import { estimateWidth } from './label-width.ts';

/** Large, so that hinting of small sizes does not count. */
const fontSize = 100;

/**
 * How wide texts are in the page's own font, in font sizes; an estimate where there is no canvas.
 * Fonts differ by a fifth: what is cut to an estimate may be cut for nothing.
 */
export function createWidthMeter(): (text: string) => number {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return estimateWidth;
  context.font = `${fontSize}px ${getComputedStyle(document.body).fontFamily}`;
  return (text) => context.measureText(text).width / fontSize;
}
