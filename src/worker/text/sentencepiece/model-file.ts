/** A SentencePiece model file (sentencepiece_model.proto), checked and as plain data. */
import { fail } from '../../failure.ts';
import { Charsmap } from './charsmap.ts';
import { readFields, type ProtobufField } from './protobuf.ts';

const LARGEST_FILE = 64 * 2 ** 20;
const MOST_PIECES = 2 ** 20;
/** The bound of the reference implementation, in bytes. */
const LONGEST_PIECE = 8000;

export const PIECE_TYPES = {
  1: 'normal',
  2: 'unknown',
  3: 'control',
  4: 'user-defined',
  5: 'unused',
  6: 'byte',
} as const;
export type PieceType = (typeof PIECE_TYPES)[keyof typeof PIECE_TYPES];

export interface VocabularyPiece {
  readonly text: string;
  readonly score: number;
  readonly type: PieceType;
}

export interface NormaliserSettings {
  readonly charsmap: Charsmap | null;
  readonly addsDummyPrefix: boolean;
  readonly removesExtraSpaces: boolean;
  readonly escapesSpaces: boolean;
  /** The dummy mark goes to the end of the text, not before it. */
  readonly marksEnds: boolean;
}

export interface SentencePieceFile {
  readonly algorithm: 'unigram' | 'bpe';
  readonly pieces: readonly VocabularyPiece[];
  readonly unknownId: number;
  readonly fallsBackToBytes: boolean;
  /** What an unknown piece decodes to. */
  readonly unknownSurface: string;
  readonly normaliser: NormaliserSettings;
}

/**
 * @param name of the file, for messages
 * @throws HeedFailure `model-invalid` for a damaged file, `model-unsupported` for a kind of model
 *   other than unigram and BPE
 */
export function parseSentencePieceFile(name: string, file: Uint8Array): SentencePieceFile {
  if (file.length > LARGEST_FILE) invalid(name, `${file.length} bytes`);
  const pieces: VocabularyPiece[] = [];
  let trainer = new Uint8Array();
  let normaliser = new Uint8Array();
  for (const field of readFields(file)) {
    if (field.kind !== 'bytes') continue;
    if (field.number === 1) pieces.push(readPiece(name, field.bytes, pieces.length));
    if (field.number === 2) trainer = Uint8Array.from(field.bytes);
    if (field.number === 3) normaliser = Uint8Array.from(field.bytes);
    if (pieces.length > MOST_PIECES) invalid(name, `more than ${MOST_PIECES} pieces`);
  }
  const training = fieldMap(trainer);
  const unknownId = pieces.findIndex(({ type }) => type === 'unknown');
  if (unknownId < 0) invalid(name, 'no unknown piece');
  checkPieces(name, pieces);
  const fallsBackToBytes = flag(training, 35, false);
  const byteCount = pieces.filter(({ type }) => type === 'byte').length;
  if (fallsBackToBytes && byteCount !== 256) invalid(name, `${byteCount} byte pieces`);
  return {
    algorithm: readAlgorithm(training),
    pieces,
    unknownId,
    fallsBackToBytes,
    unknownSurface: text(training, 44) ?? ' \u2047 ',
    normaliser: readNormaliser(name, fieldMap(normaliser), flag(training, 24, false)),
  };
}

/** The last value of each field, as protocol buffers have it. */
function fieldMap(message: Uint8Array): ReadonlyMap<number, ProtobufField> {
  return new Map(Array.from(readFields(message), (field) => [field.number, field]));
}

function flag(
  fields: ReadonlyMap<number, ProtobufField>,
  number: number,
  initial: boolean,
): boolean {
  const field = fields.get(number);
  return field?.kind === 'integer' ? field.value !== 0 : initial;
}

function text(fields: ReadonlyMap<number, ProtobufField>, number: number): string | null {
  const field = fields.get(number);
  return field?.kind === 'bytes' ? new TextDecoder().decode(field.bytes) : null;
}

function readAlgorithm(training: ReadonlyMap<number, ProtobufField>): 'unigram' | 'bpe' {
  const field = training.get(3);
  const type = field?.kind === 'integer' ? field.value : 1;
  if (type === 1) return 'unigram';
  if (type === 2) return 'bpe';
  return fail(
    'model-unsupported',
    'SentencePiece models of words or characters are not supported; unigram and BPE are.',
  );
}

function readPiece(name: string, message: Uint8Array, id: number): VocabularyPiece {
  let piece = '';
  let score = 0;
  let type: PieceType = 'normal';
  for (const field of readFields(message)) {
    if (field.number === 1 && field.kind === 'bytes') {
      if (field.bytes.length >= LONGEST_PIECE) invalid(name, `piece ${id} is too long`);
      piece = new TextDecoder('utf-8', { ignoreBOM: true }).decode(field.bytes);
    }
    if (field.number === 2 && field.kind === 'fixed32') {
      const { buffer, byteOffset } = field.bytes;
      score = new DataView(buffer, byteOffset, 4).getFloat32(0, true);
    }
    if (field.number === 3 && field.kind === 'integer') {
      const types: Readonly<Record<number, PieceType>> = PIECE_TYPES;
      type = types[field.value] ?? invalid(name, `piece ${id} is of type ${field.value}`);
    }
  }
  if (piece === '' || piece.includes('\u0000')) invalid(name, `piece ${id} is no text`);
  if (!Number.isFinite(score)) invalid(name, `piece ${id} has the score ${score}`);
  return { text: piece, score, type };
}

function checkPieces(name: string, pieces: readonly VocabularyPiece[]): void {
  const texts = new Set(pieces.map((piece) => piece.text));
  if (texts.size !== pieces.length) invalid(name, 'a piece stands in it twice');
  for (const piece of pieces) {
    if (piece.type === 'byte' && !/^<0x[0-9A-F]{2}>$/.test(piece.text)) {
      invalid(name, `“${piece.text}” is no byte`);
    }
  }
}

function readNormaliser(
  name: string,
  fields: ReadonlyMap<number, ProtobufField>,
  marksEnds: boolean,
): NormaliserSettings {
  const charsmap = fields.get(2);
  return {
    charsmap:
      charsmap?.kind === 'bytes' && charsmap.bytes.length > 0
        ? Charsmap.parse(name, charsmap.bytes)
        : null,
    addsDummyPrefix: flag(fields, 3, true),
    removesExtraSpaces: flag(fields, 4, true),
    escapesSpaces: flag(fields, 5, true),
    marksEnds,
  };
}

function invalid(name: string, detail: string): never {
  fail('model-invalid', `The model’s ${name} cannot be used.`, `${name}: ${detail}`);
}
