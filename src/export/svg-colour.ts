/** A colour as SVG attributes that old programs read too. */
export interface SvgColour {
  readonly colour: string;
  /** 0 to 1. */
  readonly opacity: number;
}

const spaced = /^rgb\(\s*(\d+)\s+(\d+)\s+(\d+)\s*(?:\/\s*([\d.]+)\s*)?\)$/;
const hexadecimal = /^#(?:[\da-f]{3}|[\da-f]{6})$/i;

/**
 * Takes the two forms that the draw functions use: `#rgb` or `#rrggbb`, and `rgb(r g b / a)`.
 * @throws RangeError for any other form
 */
export function svgColour(css: string): SvgColour {
  if (hexadecimal.test(css)) return { colour: css, opacity: 1 };
  const match = spaced.exec(css);
  if (!match) throw new RangeError(`A figure cannot have the colour "${css}".`);
  const [, red, green, blue, alpha = '1'] = match;
  const digits = [red, green, blue].map((part) => Number(part).toString(16).padStart(2, '0'));
  return { colour: `#${digits.join('')}`, opacity: Number(alpha) };
}
