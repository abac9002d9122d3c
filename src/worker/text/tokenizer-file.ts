import { Tokenizer } from '@huggingface/tokenizers';
import { Fields, isRecord, isWithin } from '../checkpoint/fields.ts';
import { fail } from '../failure.ts';
import { isSafePattern } from './safe-pattern.ts';

const FILE = 'tokenizer.json';
const LARGEST_ID = 2 ** 24;
const NORMALISERS = [
  'BertNormalizer',
  'Precompiled',
  'Sequence',
  'Replace',
  'NFC',
  'NFD',
  'NFKC',
  'NFKD',
  'Strip',
  'StripAccents',
  'Lowercase',
  'Prepend',
];
const PRE_TOKENIZERS = [
  'BertPreTokenizer',
  'Sequence',
  'Whitespace',
  'WhitespaceSplit',
  'Metaspace',
  'ByteLevel',
  'Split',
  'Punctuation',
  'Digits',
];

/** What a tokenizer.json says that the library does not keep. */
export interface TokenizerFile {
  readonly tokenizer: Tokenizer;
  /** Whether Metaspace splits before every mark. */
  readonly splitsAtMark: boolean;
  readonly largestId: number;
}

/**
 * Reads a tokenizer.json, which is hostile input: types, ids and the parts it asks for are checked
 * before the library builds a tokenizer of it.
 * @throws HeedFailure `model-invalid` for a damaged file, `model-unsupported` for parts that the
 *   library has not, or does otherwise than the reference
 */
export function parseTokenizerFile(text: string): TokenizerFile {
  const file = Fields.parse(FILE, text);
  const model = file.object('model') ?? file.expected('model', 'an object');
  const addedTokens =
    file.list('added_tokens', isAddedToken, 'tokens with an id and a content') ?? [];
  const ids = [...readIds(model), ...addedTokens.map(({ id }) => id)];
  checkParts(file.raw('normalizer'), 'normalizers', NORMALISERS);
  checkParts(file.raw('pre_tokenizer'), 'pretokenizers', PRE_TOKENIZERS);
  const source = {
    normalizer: file.raw('normalizer'),
    pre_tokenizer: file.raw('pre_tokenizer'),
    post_processor: file.raw('post_processor'),
    decoder: file.raw('decoder'),
    model: file.raw('model'),
    added_tokens: addedTokens,
  };
  return {
    tokenizer: build(source),
    splitsAtMark: !findsUnsplitMetaspace(source.pre_tokenizer),
    largestId: ids.reduce((largest, id) => Math.max(largest, id), 0),
  };
}

function build(source: object): Tokenizer {
  try {
    // The reference never removes spaces before punctuation unless told to, and French needs them.
    return new Tokenizer(source, { clean_up_tokenization_spaces: false });
  } catch (error) {
    return fail(
      'model-invalid',
      `The model’s ${FILE} cannot be used.`,
      `${FILE}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
}

function isAddedToken(item: unknown): item is AddedToken {
  return (
    isRecord(item) &&
    isId(item['id']) &&
    typeof item['content'] === 'string' &&
    item['content'] !== ''
  );
}

function isId(value: unknown): value is number {
  return Number.isInteger(value) && isWithin(value, { min: 0, max: LARGEST_ID });
}

/** The ids of the model's vocabulary. */
function readIds(model: Fields): number[] {
  const type = model.string('type', '');
  if (type === 'BPE') return readPairVocabulary(model);
  if (type === 'Unigram') return readScoredVocabulary(model);
  return unsupported(`Tokenizers of type “${type}” are not supported; BPE and Unigram are.`);
}

function readPairVocabulary(model: Fields): number[] {
  const vocabulary = model.object('vocab')?.entries() ?? model.expected('vocab', 'an object');
  const ids = vocabulary.map(([, id]) => id);
  if (!ids.every(isId)) model.expected('vocab', 'a whole number for each token');
  if (new Set(ids).size !== ids.length) model.expected('vocab', 'another id for each token');
  if (model.list('merges', isMerge, 'pairs of tokens') === null) model.expected('merges', 'a list');
  if (model.string('continuing_subword_prefix', '') !== '') {
    unsupported('Tokenizers that mark the inside of words are not supported.');
  }
  return ids;
}

function isMerge(item: unknown): item is string | [string, string] {
  if (typeof item === 'string') return item.includes(' ');
  return Array.isArray(item) && item.length === 2 && item.every((part) => typeof part === 'string');
}

function isScored(item: unknown): item is [string, number] {
  return Array.isArray(item) && typeof item[0] === 'string' && Number.isFinite(item[1]);
}

function readScoredVocabulary(model: Fields): number[] {
  const vocabulary =
    model.list('vocab', isScored, 'tokens with their scores') ?? model.expected('vocab', 'a list');
  model.integer('unk_id', -1, { min: 0, max: vocabulary.length - 1 });
  if (model.boolean('byte_fallback', false)) {
    unsupported('Unigram tokenizers with byte fallback are not supported.');
  }
  return vocabulary.map((_, id) => id);
}

/** Checks a normaliser or pre-tokenizer and, of a sequence, each of its parts. */
function checkParts(part: unknown, listKey: string, known: readonly string[]): void {
  if (part === null) return;
  const type = isRecord(part) ? part['type'] : undefined;
  if (!isRecord(part) || typeof type !== 'string' || !known.includes(type)) {
    unsupported(`The tokenizer’s step “${String(type)}” is not supported.`);
  }
  if (type === 'Split') checkSplit(part);
  checkPattern(part['pattern']);
  if (type !== 'Sequence') return;
  const parts = part[listKey];
  if (!Array.isArray(parts)) unsupported(`The tokenizer’s ${listKey} are not a list.`);
  for (const item of parts) checkParts(item, listKey, known);
}

/** A pattern is a text, or a regular expression that the library will run. */
function checkPattern(pattern: unknown): void {
  const expression = isRecord(pattern) ? pattern['Regex'] : undefined;
  if (typeof expression === 'string' && !isSafePattern(expression)) {
    unsupported('A pattern of the tokenizer could take for ever, and is refused.');
  }
}

/** The library treats every other behaviour as "isolated", and every inversion as "removed". */
function checkSplit(split: Readonly<Record<string, unknown>>): void {
  const behaviour = String(split['behavior']);
  const inverted = split['invert'] === true;
  if (behaviour === 'Removed' || (behaviour === 'Isolated' && !inverted)) return;
  unsupported(
    `The tokenizer’s split behaviour “${behaviour}”${inverted ? ', inverted,' : ''} is not supported.`,
  );
}

function findsUnsplitMetaspace(part: unknown): boolean {
  if (!isRecord(part)) return false;
  const parts: unknown = part['pretokenizers'];
  if (Array.isArray(parts)) return parts.some(findsUnsplitMetaspace);
  return part['type'] === 'Metaspace' && part['split'] === false;
}

function unsupported(message: string): never {
  fail('model-unsupported', message, FILE);
}
