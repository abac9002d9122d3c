import { AlignedTextBuilder, originOf, type AlignedText } from '../aligned-text.ts';
import type { NormaliserSettings } from './model-file.ts';
import type { PrefixIndex } from './prefix-index.ts';

export const SPACE_MARK = '\u2581';

/** What stands at a place of the text after normalising, and how many units it takes there. */
interface Stretch {
  readonly text: string;
  readonly length: number;
}

/**
 * Normalises as SentencePiece does: the longest replacement of the map at each place, white space
 * brought together and shown as a mark, a mark before the text. Every unit keeps where it came from.
 * @param kept symbols that are never changed
 */
export function normaliseText(
  input: AlignedText,
  settings: NormaliserSettings,
  kept: PrefixIndex,
): AlignedText {
  const stretches = [...splitStretches(input.text, settings, kept)];
  let first = 0;
  let at = 0;
  while (settings.removesExtraSpaces && stretches[first]?.text === ' ') {
    at += stretches[first]?.length ?? 0;
    first += 1;
  }
  const builder = new AlignedTextBuilder();
  if (first === stretches.length) return builder.finish();
  const mark = settings.escapesSpaces ? SPACE_MARK : ' ';
  const addMark = (): void => builder.replace(input, at, at, mark);
  if (settings.addsDummyPrefix && !settings.marksEnds) addMark();
  let isAfterSpace = settings.removesExtraSpaces;
  for (const { text, length } of stretches.slice(first)) {
    const shown = isAfterSpace ? text.replace(/^ +/, '') : text;
    if (shown !== '') {
      builder.replace(input, at, at + length, shown.replaceAll(' ', mark));
      isAfterSpace = settings.removesExtraSpaces && shown.endsWith(' ');
    }
    at += length;
  }
  if (!settings.removesExtraSpaces) {
    if (settings.addsDummyPrefix && settings.marksEnds) addMark();
    return builder.finish();
  }
  const trimmed = trimEnd(builder.finish(), mark);
  return settings.addsDummyPrefix && settings.marksEnds ? withMark(trimmed, mark) : trimmed;
}

function trimEnd(text: AlignedText, mark: string): AlignedText {
  let end = text.text.length;
  while (text.text.endsWith(mark, end) && end > 0) end -= mark.length;
  const builder = new AlignedTextBuilder();
  builder.copy(text, 0, end);
  return builder.finish();
}

function withMark(text: AlignedText, mark: string): AlignedText {
  const builder = new AlignedTextBuilder();
  builder.copy(text, 0, text.text.length);
  const [, end] = originOf(text, 0, text.text.length);
  builder.add(mark, end, end);
  return builder.finish();
}

function* splitStretches(
  text: string,
  { charsmap }: NormaliserSettings,
  kept: PrefixIndex,
): Generator<Stretch> {
  const bytes = new TextEncoder().encode(text);
  const byteStarts = startsInBytes(text);
  const units = new Map(byteStarts.map((byte, unit) => [byte, unit]));
  for (let unit = 0; unit < text.length;) {
    const keptLength = kept.longest(text, unit);
    const byte = byteStarts[unit] ?? 0;
    const replacement = keptLength > 0 ? null : (charsmap?.longest(bytes, byte) ?? null);
    // A map of whole characters never ends inside one; what does is no replacement.
    const end = replacement === null ? undefined : units.get(byte + replacement.length);
    const character = String.fromCodePoint(text.codePointAt(unit) ?? 0);
    const length = keptLength > 0 ? keptLength : (end ?? unit + character.length) - unit;
    const isReplaced = replacement !== null && end !== undefined;
    yield { text: isReplaced ? replacement.text : text.slice(unit, unit + length), length };
    unit += length;
  }
}

/** For each unit, and the end, where it starts in UTF-8; NaN inside a surrogate pair. */
function startsInBytes(text: string): number[] {
  const starts: number[] = [];
  let byte = 0;
  for (const character of text) {
    starts.push(byte);
    if (character.length === 2) starts.push(Number.NaN);
    byte += utf8Length(character);
  }
  starts.push(byte);
  return starts;
}

export function utf8Length(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
