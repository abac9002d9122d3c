/** A SentencePiece model: from text to pieces and back. */
import { originOf, type AlignedText } from '../aligned-text.ts';
import { parseSentencePieceFile, type SentencePieceFile } from './model-file.ts';
import { normaliseText, SPACE_MARK, utf8Length } from './normalise-text.ts';
import { PairMergingModel } from './pair-merging.ts';
import { PrefixIndex } from './prefix-index.ts';
import { UnigramModel, type Segment } from './unigram.ts';

/** A piece, and where it stands in the typed text: [start, end), UTF-16 units. */
export interface PlacedPiece {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const REPLACEMENT = '\ufffd';

export class SentencePieces {
  readonly #file: SentencePieceFile;
  readonly #kept: PrefixIndex;
  readonly #model: { segment: (text: string) => Segment[] };
  readonly #ids: ReadonlyMap<string, number>;

  private constructor(file: SentencePieceFile) {
    this.#file = file;
    const entries = file.pieces.map(({ text, type }, id) => ({ text, type, id }));
    this.#ids = new Map(entries.map(({ text, id }) => [text, id]));
    const pairsOf = (...types: string[]): [string, number][] =>
      entries.filter(({ type }) => types.includes(type)).map(({ text, id }) => [text, id]);
    this.#kept = new PrefixIndex(pairsOf('user-defined'));
    // A control symbol, or a byte's name, that is typed is text like any other.
    const typed = pairsOf('normal', 'user-defined', 'unused');
    this.#model =
      file.algorithm === 'unigram'
        ? new UnigramModel(file.pieces, new PrefixIndex(typed), file.unknownId)
        : new PairMergingModel(file.pieces, new Map(typed), this.#kept, file.unknownId);
  }

  /** @throws HeedFailure `model-invalid` or `model-unsupported` */
  static parse(name: string, file: Uint8Array): SentencePieces {
    return new SentencePieces(parseSentencePieceFile(name, file));
  }

  /** The piece of an id, or null. */
  piece(id: number): string | null {
    return this.#file.pieces[id]?.text ?? null;
  }

  /** Unknown characters side by side are one piece, or their bytes where the model spells bytes. */
  encode(typed: AlignedText): PlacedPiece[] {
    const normal = normaliseText(typed, this.#file.normaliser, this.#kept);
    const placed: PlacedPiece[] = [];
    let isAfterUnknown = false;
    for (const { start: from, end: to, id } of this.#model.segment(normal.text)) {
      const text = normal.text.slice(from, to);
      const [start, end] = originOf(normal, from, to);
      const isUnknown = id === this.#file.unknownId;
      const last = placed.at(-1);
      if (isUnknown && this.#file.fallsBackToBytes) {
        placed.push(...spellBytes(text).map((byte) => ({ text: byte, start, end })));
      } else if (isUnknown && isAfterUnknown && last !== undefined) {
        placed[placed.length - 1] = { text: last.text + text, start: last.start, end };
      } else {
        placed.push({ text, start, end });
      }
      isAfterUnknown = isUnknown;
    }
    return placed;
  }

  /** The text that pieces make. Pieces that the model does not know stand for themselves. */
  decode(pieces: readonly string[]): string {
    let text = '';
    let bytes: number[] = [];
    let isAtStart = true;
    let hasTakenMark = false;
    const flush = (): void => {
      text += decodeBytes(bytes);
      bytes = [];
    };
    for (const piece of pieces) {
      const id = this.#ids.get(piece) ?? this.#file.unknownId;
      if (this.#file.pieces[id]?.type === 'byte') {
        bytes.push(Number.parseInt(piece.slice(3, 5), 16));
        continue;
      }
      flush();
      if (hasTakenMark || text !== '') isAtStart = false;
      const read = this.#read(piece, id, isAtStart);
      hasTakenMark = read.hasTakenMark;
      text += read.text;
    }
    flush();
    return text;
  }

  #read(piece: string, id: number, isAtStart: boolean): { text: string; hasTakenMark: boolean } {
    const { addsDummyPrefix, removesExtraSpaces } = this.#file.normaliser;
    const type = this.#file.pieces[id]?.type;
    if (type === 'control') return { text: '', hasTakenMark: false };
    if (type === 'unknown') {
      const isName = piece === this.piece(id);
      return { text: isName ? this.#file.unknownSurface : piece, hasTakenMark: false };
    }
    // The mark before the text came of the normaliser. Where it takes spaces away, all go.
    const isTaken =
      isAtStart && (addsDummyPrefix || removesExtraSpaces) && piece.startsWith(SPACE_MARK);
    const rest = isTaken ? piece.slice(SPACE_MARK.length) : piece;
    return {
      text: rest.replaceAll(SPACE_MARK, ' '),
      hasTakenMark: isTaken && !removesExtraSpaces,
    };
  }
}

function spellBytes(text: string): string[] {
  const bytes = new TextEncoder().encode(text);
  return Array.from(bytes, (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
}

/** UTF-8, each byte that is part of no character as U+FFFD. */
function decodeBytes(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const code = readCharacter(bytes, at);
    text += code === null ? REPLACEMENT : String.fromCodePoint(code);
    at += code === null ? 1 : utf8Length(String.fromCodePoint(code));
  }
  return text;
}

/** The character whose bytes begin here, or null if none does (RFC 3629). */
function readCharacter(bytes: readonly number[], at: number): number | null {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return first;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return null;
  let code = first & (0xff >> (length + 1));
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index] ?? 0;
    if ((byte & 0xc0) !== 0x80) return null;
    code = (code << 6) | (byte & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code < 0xe000;
  const isShortest = code >= (length === 4 ? 0x10000 : length === 3 ? 0x800 : 0x80);
  return isShortest && !isSurrogate && code <= 0x10ffff ? code : null;
}
