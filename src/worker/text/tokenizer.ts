import type { Tokenizer } from '@huggingface/tokenizers';
import { fail } from '../failure.ts';
import { AddedTokens } from './added-tokens.ts';
import { alignWithItself } from './aligned-text.ts';
import { DecodedPrefixes } from './decoded-prefixes.ts';
import { normalise } from './normalise.ts';
import { placeTokens, type PlacedToken } from './piece-tokens.ts';
import { splitIntoPieces } from './pieces.ts';
import { parseTokenizerFile, type TokenizerFile } from './tokenizer-file.ts';
import {
  describeTokens,
  languageCodesOf,
  type TextTokenizer,
  type TokenizedText,
} from './tokenized-text.ts';
import { repairSurrogates } from './typed-text.ts';

export type { TokenizedText } from './tokenized-text.ts';

const PLACEHOLDER = '\u0000';

/** Splits text into subwords exactly as the reference does, and keeps where each one was typed. */
export class SubwordTokenizer implements TextTokenizer {
  readonly #tokenizer: Tokenizer;
  readonly #splitsAtMark: boolean;
  readonly #endToken: number;
  readonly #unknownId: number;
  readonly #addedTokens: AddedTokens;
  readonly #specialIds: ReadonlySet<number>;
  readonly #prefixes: DecodedPrefixes;
  readonly largestId: number;
  readonly languageCodes: readonly string[];

  private constructor(file: TokenizerFile, endToken: number) {
    this.#tokenizer = file.tokenizer;
    this.#splitsAtMark = file.splitsAtMark;
    this.#endToken = endToken;
    this.largestId = file.largestId;
    this.#unknownId = file.tokenizer.model?.unk_token_id ?? endToken;
    const added = [...file.tokenizer.get_added_tokens_decoder().values()];
    this.#addedTokens = new AddedTokens(added);
    this.languageCodes = languageCodesOf(added.map(({ content }) => content));
    const special = added.filter((token) => token.special).map(({ id }) => id);
    this.#specialIds = new Set([...special, endToken]);
    this.#prefixes = new DecodedPrefixes((ids) => this.#decodeText(ids));
  }

  /**
   * @param text of tokenizer.json
   * @param endToken id of `</s>`, put at the end where the file itself puts none
   * @param vocabularySize of the model: every id must be below it
   * @throws HeedFailure `model-invalid` or `model-unsupported`
   */
  static parse(text: string, endToken: number, vocabularySize: number): SubwordTokenizer {
    const file = parseTokenizerFile(text);
    if (file.largestId >= vocabularySize) {
      fail(
        'model-invalid',
        'The tokenizer has tokens that the model does not know.',
        `tokenizer.json: id ${file.largestId} in a vocabulary of ${vocabularySize}`,
      );
    }
    return new SubwordTokenizer(file, endToken);
  }

  /**
   * @param leading tokens to put in front, such as a target language's
   * @throws HeedFailure `bad-request` for a leading token outside the vocabulary
   */
  encode(typed: string, leading: readonly string[] = []): TokenizedText {
    const text = repairSurrogates(typed);
    const placed = this.#split(text);
    const front = leading.map((token) => this.#special(token, 0));
    const all = [...front, ...this.#surround(placed, text.length)];
    const special = all.map(({ start, end, id }) => start === end && this.#specialIds.has(id));
    for (let index = 0; index < front.length; index += 1) special[index] = true;
    return describeTokens(text, all, special);
  }

  /** The same as `encode`: there is one vocabulary for both sides. */
  encodeTarget(typed: string): TokenizedText {
    return this.encode(typed);
  }

  /** The text that the tokens make, and each token's place in it. */
  decode(ids: readonly number[]): TokenizedText {
    const special = ids.map((id) => this.#specialIds.has(id));
    const { text, spans } = this.#prefixes.place(ids, special);
    const placed = ids.map((id, index) => {
      const [start, end] = spans[index] ?? [0, 0];
      return { id, token: this.spell(id), start, end };
    });
    return describeTokens(text, placed, special);
  }

  /** A token as the vocabulary spells it. */
  spell(id: number): string {
    return this.#tokenizer.id_to_token(id) ?? `<${id}>`;
  }

  /** A token as it reads on its own: bytes that are no whole character read as U+FFFD. */
  read(id: number): string {
    return this.#specialIds.has(id) ? this.spell(id) : this.#decodeAlone(id);
  }

  #decodeAlone(id: number): string {
    return this.#tokenizer.decode([id]);
  }

  #decodeText(ids: readonly number[]): string {
    const visible = ids.filter((id) => !this.#specialIds.has(id));
    return visible.length === 0 ? '' : this.#tokenizer.decode(visible);
  }

  /** Cuts added tokens out of the text as typed, then normalises and splits what is between. */
  #split(text: string): PlacedToken[] {
    const { model, normalizer, pre_tokenizer: preTokenizer } = this.#tokenizer;
    if (model === null) return [];
    return this.#addedTokens.cut(text).flatMap((part) => {
      if ('token' in part) return [part];
      const normalised = normalise(normalizer, alignWithItself(part.text, part.offset));
      return splitIntoPieces(preTokenizer, normalised, this.#splitsAtMark).flatMap((piece) =>
        placeTokens(model, piece, this.#unknownId),
      );
    });
  }

  /** Adds the special tokens of the file's template, and `</s>` if it has none at the end. */
  #surround(placed: readonly PlacedToken[], end: number): PlacedToken[] {
    const processor = this.#tokenizer.post_processor;
    const template = processor?.post_process([PLACEHOLDER], null, true).tokens ?? [PLACEHOLDER];
    const middle = template.indexOf(PLACEHOLDER);
    const before = template.slice(0, middle).map((token) => this.#special(token, 0));
    const after = template.slice(middle + 1).map((token) => this.#special(token, end));
    if (after.at(-1)?.id !== this.#endToken) {
      after.push({ token: this.spell(this.#endToken), id: this.#endToken, start: end, end });
    }
    return [...before, ...placed, ...after];
  }

  #special(token: string, place: number): PlacedToken {
    const id = this.#tokenizer.token_to_id(token);
    if (id === undefined) fail('bad-request', `The vocabulary has no token “${token}”.`);
    return { token, id, start: place, end: place };
  }
}
