import {
  ByteLevelPreTokenizer,
  MetaspacePreTokenizer,
  SequencePreTokenizer,
  type PreTokenizer,
} from '@huggingface/tokenizers';
import { fail } from '../failure.ts';
import { originOf, type AlignedText } from './aligned-text.ts';
import { encodeBytes } from './byte-alphabet.ts';

/** A stretch that the subword model splits on its own: a word, mostly. */
export interface Piece {
  readonly text: string;
  /** For each code point of `text`, the stretch of the typed text it came from: [start, end). */
  readonly origins: readonly (readonly [number, number])[];
}

/** A unit of the normalised text as the pieces spell it: a code point, or the letter for a byte. */
interface Unit {
  readonly letter: string;
  readonly origin: readonly [number, number];
}

/**
 * Splits the normalised text as the tokenizer's pre-tokenizer does, and finds each piece's origins
 * by walking along text and pieces together. Pieces differ from the text in three ways: bytes are
 * spelled as letters, spaces as another mark, and white space may be left out or a mark put in front.
 * @param splitsAtMark the setting `split` of Metaspace
 */
export function splitIntoPieces(
  preTokenizer: PreTokenizer | null,
  input: AlignedText,
  splitsAtMark: boolean,
): Piece[] {
  if (preTokenizer === null) return alignPieces([input.text], spell(input, false), null);
  const steps = flatten(preTokenizer);
  const bytes = steps.some((step) => step instanceof ByteLevelPreTokenizer);
  const mark = steps.find((step) => step instanceof MetaspacePreTokenizer)?.replacement ?? null;
  // Whether this text stands at the beginning matters to Metaspace with the scheme "first".
  const isFirst = (input.starts[0] ?? 0) === 0;
  const texts = preTokenizer.pre_tokenize(input.text, { section_index: isFirst ? 0 : 1 });
  return alignPieces(
    mark !== null && splitsAtMark ? splitAtMark(texts, mark) : texts,
    spell(input, bytes),
    bytes ? encodeBytes(' ') : mark,
  );
}

function flatten(preTokenizer: PreTokenizer): PreTokenizer[] {
  if (!(preTokenizer instanceof SequencePreTokenizer)) return [preTokenizer];
  return preTokenizer.tokenizers.flatMap((step) => (step === null ? [] : flatten(step)));
}

/** The reference splits before every mark, unless told not to; the library never does. */
function splitAtMark(texts: string[], mark: string): string[] {
  return texts.flatMap((text) => {
    const [head = '', ...rest] = text.split(mark);
    return [head, ...rest.map((part) => mark + part)].filter((part) => part !== '');
  });
}

function spell(input: AlignedText, bytes: boolean): Unit[] {
  const units: Unit[] = [];
  let index = 0;
  for (const character of input.text) {
    const origin = originOf(input, index, index + character.length);
    const letters = bytes ? encodeBytes(character) : character;
    for (const letter of letters) units.push({ letter, origin });
    index += character.length;
  }
  return units;
}

/** @param mark what stands for a space in pieces, and may stand where none was */
function alignPieces(
  texts: readonly string[],
  units: readonly Unit[],
  mark: string | null,
): Piece[] {
  let next = 0;
  return texts.map((text) => {
    const origins = Array.from(text, (letter, index): readonly [number, number] => {
      const here = units[next];
      const isMark = letter === mark;
      if (index === 0 && isMark && here !== undefined && !isSpelledBy(here, letter, mark)) {
        // Put in front; it comes from the first character, as in the reference.
        return here.origin;
      }
      while (next < units.length && !isSpelledBy(units[next], letter, mark)) next += 1;
      const unit = units[next];
      next += 1;
      return unit?.origin ?? misaligned(text);
    });
    return { text, origins };
  });
}

function isSpelledBy(unit: Unit | undefined, letter: string, mark: string | null): boolean {
  return unit !== undefined && (unit.letter === letter || (letter === mark && unit.letter === ' '));
}

function misaligned(piece: string): never {
  fail(
    'model-unsupported',
    'The model’s tokenizer changes text in a way that Heed cannot trace back to what was typed.',
    `tokenizer.json: no origin for the piece ${JSON.stringify(piece)}`,
  );
}
