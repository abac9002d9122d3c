import type { Span } from './words.ts';

/**
 * What a sentence does not end in, though a capital may follow: titles in English and French, and
 * initials. The standard's rules know no abbreviations.
 */
const ABBREVIATION =
  /(?:^|[\s(«“"'’])(?:Mr|Mrs|Ms|Dr|St|Ste|Prof|Jr|Sr|vs|MM?|Mme|Mlle|\p{Lu})\.\s*$/u;

/**
 * Splits a text into sentences (Unicode Standard Annex 29, by `Intl.Segmenter`), and at line ends.
 * @returns their spans, without the white space around them; none is blank
 */
export function splitSentences(text: string, language: string): Span[] {
  const spans: Span[] = [];
  for (const { segment, index } of joinAbbreviations(text, language)) {
    let offset = index;
    for (const line of segment.split(/(?<=[\n\r\u2028\u2029])/u)) {
      const trimmed = line.trim();
      const start = offset + (line.length - line.trimStart().length);
      if (trimmed !== '') spans.push([start, start + trimmed.length]);
      offset += line.length;
    }
  }
  return spans;
}

function joinAbbreviations(text: string, language: string): { segment: string; index: number }[] {
  const segmenter = new Intl.Segmenter(language, { granularity: 'sentence' });
  const joined: { segment: string; index: number }[] = [];
  for (const { segment, index } of segmenter.segment(text)) {
    const last = joined.at(-1);
    if (last !== undefined && ABBREVIATION.test(last.segment)) last.segment += segment;
    else joined.push({ segment, index });
  }
  return joined;
}

/**
 * Splits a sentence that is too long for the model between words, as evenly as it can.
 * @param fits whether a stretch can be read at once
 * @returns spans that all fit, or null where one word alone does not
 */
export function splitToFit(text: string, span: Span, fits: (part: Span) => boolean): Span[] | null {
  if (fits(span)) return [span];
  const [start, end] = span;
  const middle = (start + end) / 2;
  const gaps = [...text.slice(start, end).matchAll(/\s+/gu)].map(({ 0: gap, index }) => ({
    before: start + index,
    after: start + index + gap.length,
  }));
  const nearest = gaps.toSorted(
    (a, b) => Math.abs(a.before - middle) - Math.abs(b.before - middle),
  )[0];
  if (nearest === undefined) return null;
  const left = splitToFit(text, [start, nearest.before], fits);
  const right = splitToFit(text, [nearest.after, end], fits);
  return left === null || right === null ? null : [...left, ...right];
}
