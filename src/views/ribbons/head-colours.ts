import type { Ink } from '../canvas/ink.ts';

/** Told apart on light and dark grounds, at least 3 to 1 on each (WCAG 2.2, 1.4.11). */
export const headColours = [
  '#3b82d0',
  '#d1495b',
  '#2a9562',
  '#b7791f',
  '#8e5bd0',
  '#0f8f9c',
  '#c65cae',
  '#74851c',
  '#a0623a',
  '#6272a4',
  '#d9622a',
  '#5c7f5c',
] as const;

/** The accent for a single head, otherwise a colour of its own; they come again after twelve. */
export function headColour(head: number, headCount: number, ink: Ink): string {
  return headCount === 1 ? ink.accent : (headColours[head % headColours.length] ?? ink.accent);
}

/**
 * A colour of the theme, `#rgb` or `#rrggbb`, with an opacity.
 * @throws RangeError for any other form
 */
export function withOpacity(colour: string, opacity: number): string {
  const digits = /^#(?:([\da-f])([\da-f])([\da-f])|([\da-f]{2})([\da-f]{2})([\da-f]{2}))$/i.exec(
    colour,
  );
  if (!digits) throw new RangeError(`A line cannot have the colour "${colour}".`);
  const [, r, g, b, red = `${r}${r}`, green = `${g}${g}`, blue = `${b}${b}`] = digits;
  const bytes = [red, green, blue].map((part) => Number.parseInt(part, 16));
  return `rgb(${bytes.join(' ')} / ${opacity.toFixed(3)})`;
}
