import type { DrawingContext } from '../canvas/drawing-context.ts';

/** Widths in font sizes. */
const narrow = 0.58;
const wide = 1.1;
const wideCharacters =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u;
const withoutWidth = /[\p{Mark}\p{Cf}]/u;

/** About how wide a text will be, in font sizes, before there is a canvas to measure it on. */
export function estimateWidth(text: string): number {
  let width = 0;
  for (const character of text) {
    if (withoutWidth.test(character)) continue;
    width += wideCharacters.test(character) ? wide : narrow;
  }
  return width;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ellipsis = '…';

/** The text, or as many of its characters as fit before an ellipsis, in the context's font. */
export function fitText(context: DrawingContext, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const characters = Array.from(graphemes.segment(text), ({ segment }) => segment);
  let fits = 0;
  let tooMany = characters.length;
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    const candidate = characters.slice(0, middle).join('') + ellipsis;
    if (context.measureText(candidate).width <= width) fits = middle;
    else tooMany = middle;
  }
  return characters.slice(0, fits).join('') + ellipsis;
}
