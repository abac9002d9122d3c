/** [start, end) in a text, UTF-16 units. */
export type Span = readonly [number, number];

/**
 * English clitics ('s, 'll) stand alone, French elisions (l', qu') end in their apostrophe, letters
 * and digits stand together, and so does what is neither: punctuation, an emoji of several parts.
 */
const CLITIC = String.raw`['’](?:[sdmt]|ll|ve|re)(?![\p{L}\p{N}])`;
const LETTERS = String.raw`[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:(?!${CLITIC})['’](?=\p{L}))?`;
const WORDS = new RegExp(
  String.raw`${CLITIC}|${LETTERS}|[^\s\p{L}\p{N}](?:(?!${CLITIC})[^\s\p{L}\p{N}])*`,
  'gu',
);

/**
 * Which word each token belongs to, counted from 0 in the order of the tokens. A special token is a
 * word of its own; a token of nothing but white space belongs to the next one.
 */
export function groupWords(
  text: string,
  spans: readonly Span[],
  special: readonly boolean[],
): number[] {
  const starts = Array.from(text.matchAll(WORDS), ({ index }) => index);
  const keys = spans.map((span, index) => (special[index] ? null : wordAt(starts, text, span)));
  for (let index = keys.length - 2; index >= 0; index -= 1) {
    if (keys[index] === undefined) keys[index] = keys[index + 1];
  }
  let word = -1;
  return keys.map((key, index) => {
    if (index === 0 || key === null || key === undefined || key !== keys[index - 1]) word += 1;
    return word;
  });
}

/** The last word that starts at or before the token; undefined for white space. */
function wordAt(starts: readonly number[], text: string, [start, end]: Span): number | undefined {
  if (text.slice(start, end).trim() === '') return undefined;
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= start) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Without the white space at both ends; a span of nothing but white space stays as it is. */
export function trimSpan(text: string, [start, end]: Span): Span {
  const stretch = text.slice(start, end);
  if (stretch.trim() === '') return [start, end];
  const from = start + (stretch.length - stretch.trimStart().length);
  return [from, from + stretch.trim().length];
}
