import type { TextSpan, TokenizedText } from '../../engine/translation-protocol.ts';

/**
 * A sentence's tokens stand in the whole text: the stretch of it that is their own, and where in it
 * they stand.
 */
export function stretchOf({ text, spans, special }: TokenizedText): {
  readonly text: string;
  readonly spans: readonly TextSpan[];
} {
  const own = spans.filter((_, index) => !special[index]);
  const start = own.reduce((least, [from]) => Math.min(least, from), text.length);
  const end = own.reduce((most, [, to]) => Math.max(most, to), start);
  const inside = (place: number): number => Math.max(0, Math.min(end, place) - start);
  return {
    text: text.slice(start, end),
    spans: spans.map(([from, to]) => [inside(from), inside(to)]),
  };
}
