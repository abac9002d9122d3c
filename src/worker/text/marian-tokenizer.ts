/**
 * The tokenizer of Marian checkpoints: a SentencePiece model for each side and a vocabulary that
 * gives their pieces other ids, as `MarianTokenizer` of `transformers` has it.
 */
import { Fields, isRecord, isWithin } from '../checkpoint/fields.ts';
import { fail } from '../failure.ts';
import { AddedTokens, type TextPart } from './added-tokens.ts';
import { alignWithItself } from './aligned-text.ts';
import { DecodedPrefixes } from './decoded-prefixes.ts';
import type { PlacedToken } from './piece-tokens.ts';
import { SPACE_MARK } from './sentencepiece/normalise-text.ts';
import { SentencePieces } from './sentencepiece/sentence-pieces.ts';
import {
  describeTokens,
  languageCodesOf,
  type TextTokenizer,
  type TokenizedText,
  type VocabularySizes,
} from './tokenized-text.ts';
import { repairSurrogates } from './typed-text.ts';

/** What Python takes for white space. */
const SPACES = new Set(
  '\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

export interface MarianTokenizerFiles {
  readonly sourceModel: Uint8Array;
  readonly targetModel: Uint8Array;
  /** Text of vocab.json. */
  readonly vocabulary: string;
  /** Text of target_vocab.json, where each side has a vocabulary of its own. */
  readonly targetVocabulary: string | null;
  /** Text of tokenizer_config.json, or null. */
  readonly config: string | null;
}

interface Side {
  readonly pieces: SentencePieces;
  readonly ids: ReadonlyMap<string, number>;
}

export class MarianTokenizer implements TextTokenizer {
  readonly #source: Side;
  readonly #target: Side;
  readonly #spellings: ReadonlyMap<number, string>;
  /** What decodes: the source's model where both sides share a vocabulary, as in the reference. */
  readonly #decoder: SentencePieces;
  readonly #names: SpecialNames;
  readonly #specialIds: ReadonlySet<number>;
  readonly #addedTokens: AddedTokens;
  readonly #prefixes = new DecodedPrefixes((ids) => this.#decodeText(ids));
  readonly largestId: number;
  readonly languageCodes: readonly string[];

  private constructor(source: Side, target: Side, names: SpecialNames) {
    this.#source = source;
    this.#target = target;
    this.#names = names;
    const isShared = source.ids === target.ids;
    this.#decoder = isShared ? source.pieces : target.pieces;
    this.#spellings = new Map(Array.from(target.ids, ([token, id]) => [id, token]));
    this.languageCodes = languageCodesOf(source.ids.keys());
    this.largestId = [...source.ids.values(), ...target.ids.values()].reduce(
      (largest, id) => Math.max(largest, id),
      0,
    );
    const added = [names.end, names.unknown, names.pad, ...names.added].flatMap((content) => {
      const id = source.ids.get(content);
      return id === undefined ? [] : [{ id, content }];
    });
    this.#addedTokens = new AddedTokens(added);
    this.#specialIds = new Set(added.map(({ id }) => id));
  }

  /**
   * @param sizes of the model's vocabularies: every id must be below them
   * @throws HeedFailure `model-invalid` or `model-unsupported`
   */
  static parse(files: MarianTokenizerFiles, sizes: VocabularySizes): MarianTokenizer {
    const names = readNames(files);
    const ids = readVocabulary('vocab.json', files.vocabulary, names, sizes.source);
    const targetIds =
      files.targetVocabulary === null
        ? ids
        : readVocabulary('target_vocab.json', files.targetVocabulary, names, sizes.target);
    return new MarianTokenizer(
      { ids, pieces: SentencePieces.parse('source.spm', files.sourceModel) },
      { ids: targetIds, pieces: SentencePieces.parse('target.spm', files.targetModel) },
      names,
    );
  }

  encode(typed: string, leading: readonly string[] = []): TokenizedText {
    return this.#encode(typed, leading, this.#source);
  }

  encodeTarget(typed: string): TokenizedText {
    return this.#encode(typed, [], this.#target);
  }

  decode(ids: readonly number[]): TokenizedText {
    const special = ids.map((id) => this.#specialIds.has(id));
    const { text, spans } = this.#prefixes.place(ids, special);
    const placed = ids.map((id, index) => {
      const [start, end] = spans[index] ?? [0, 0];
      return { id, token: this.spell(id), start, end };
    });
    return describeTokens(text, placed, special);
  }

  spell(id: number): string {
    return this.#spellings.get(id) ?? this.#decoder.piece(id) ?? this.#names.unknown;
  }

  read(id: number): string {
    return this.#specialIds.has(id) ? this.spell(id) : this.#decodeText([id]);
  }

  #encode(typed: string, leading: readonly string[], side: Side): TokenizedText {
    const text = repairSurrogates(typed);
    const front = leading.map((token): PlacedToken => {
      const id = side.ids.get(token);
      if (id === undefined) fail('bad-request', `The vocabulary has no token “${token}”.`);
      return { token, id, start: 0, end: 0 };
    });
    const placed = this.#addedTokens
      .cut(text)
      .flatMap((part) => ('token' in part ? [part] : this.#split(part, side)));
    const end = this.#token(this.#names.end, text.length, text.length, side);
    const all = [...front, ...placed, end];
    const special = all.map(
      ({ start, end, id }, index) =>
        index < front.length || (start === end && this.#specialIds.has(id)),
    );
    return describeTokens(text, all, special);
  }

  #split({ text, offset }: TextPart, side: Side): PlacedToken[] {
    const placed: PlacedToken[] = [];
    // A language code in front, such as >>fra<<, is one token.
    const codeEnd = text.startsWith('>>') ? text.indexOf('<<') + 2 : 0;
    const bodyStart = codeEnd > 2 ? codeEnd : 0;
    if (bodyStart > 0) {
      placed.push(this.#token(text.slice(0, bodyStart), offset, offset + bodyStart, side));
    }
    const body = alignWithItself(text.slice(bodyStart), offset + bodyStart);
    for (const piece of side.pieces.encode(body)) {
      placed.push(this.#token(piece.text, piece.start, piece.end, side));
    }
    return placed;
  }

  /** Pieces outside the vocabulary are the unknown token. */
  #token(piece: string, start: number, end: number, { ids }: Side): PlacedToken {
    const id = ids.get(piece);
    const known = id ?? ids.get(this.#names.unknown) ?? 0;
    return { token: id === undefined ? this.#names.unknown : piece, id: known, start, end };
  }

  #decodeText(ids: readonly number[]): string {
    const visible = ids.filter((id) => !this.#specialIds.has(id));
    const text = this.#decoder.decode(visible.map((id) => this.spell(id)));
    return strip(text.replaceAll(SPACE_MARK, ' '));
  }
}

function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACES.has(text.charAt(start))) start += 1;
  while (end > start && SPACES.has(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

interface SpecialNames {
  readonly end: string;
  readonly unknown: string;
  readonly pad: string;
  readonly added: readonly string[];
}

function readNames({ config }: MarianTokenizerFiles): SpecialNames {
  const fields = Fields.parse('tokenizer_config.json', config ?? '{}');
  const name = (key: string, initial: string): string => {
    const value = fields.raw(key);
    return contentOf(value) ?? (value === null ? initial : fields.expected(key, 'a token'));
  };
  const added = fields.object('added_tokens_decoder')?.entries() ?? [];
  return {
    end: name('eos_token', '</s>'),
    unknown: name('unk_token', '<unk>'),
    pad: name('pad_token', '<pad>'),
    added: added.flatMap(([, token]) => contentOf(token) ?? []),
  };
}

/** A token as a text, or as an object with its text. */
function contentOf(token: unknown): string | null {
  const content = isRecord(token) ? token['content'] : token;
  return typeof content === 'string' && content !== '' ? content : null;
}

function readVocabulary(
  file: string,
  text: string,
  names: SpecialNames,
  size: number,
): ReadonlyMap<string, number> {
  const ids = new Map<string, number>();
  const fields = Fields.parse(file, text);
  for (const [token, id] of fields.entries()) {
    if (!isWithin(id, { min: 0, max: 2 ** 24 }) || !Number.isInteger(id)) {
      return fields.expected(token, 'a whole number');
    }
    if (id >= size) {
      fail(
        'model-invalid',
        'The tokenizer has tokens that the model does not know.',
        `${file}: id ${id} in a vocabulary of ${size}`,
      );
    }
    ids.set(token, id);
  }
  for (const token of [names.end, names.unknown]) {
    if (!ids.has(token)) fields.expected(token, 'a token of the vocabulary');
  }
  return ids;
}
