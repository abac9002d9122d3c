import { Fields } from '../checkpoint/fields.ts';

/** How a checkpoint wants its tokens chosen; the names are those of `transformers`' generate. */
export interface DecodingSettings {
  /** What the decoder reads first. */
  readonly startToken: number;
  readonly endToken: number;
  readonly padToken: number;
  /** Sequences that are never completed: `bad_words_ids`. */
  readonly badWords: readonly (readonly number[])[];
  /** What the last token of the longest target has to be: `forced_eos_token_id`. */
  readonly forcedEndToken: number | null;
  /** Whether probabilities are made to sum to 1 again after tokens were suppressed. */
  readonly renormalise: boolean;
  /** Tokens of the longest target, the start token included: `max_length`. */
  readonly longestTarget: number;
  readonly beamCount: number;
  /** Scores are divided by the number of target tokens to this power. */
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | 'never';
}

const LONGEST = 100_000;

/**
 * Reads generation_config.json, and config.json for what it leaves out.
 * @param config text of config.json
 * @param generation text of generation_config.json, or null where the checkpoint has none
 * @param vocabularySize of the target: every token must be below it
 * @param longestTarget what the model itself can write
 * @throws HeedFailure `model-invalid` for a field of a wrong type or range
 */
export function parseDecodingSettings(
  config: string,
  generation: string | null,
  vocabularySize: number,
  longestTarget: number,
): DecodingSettings {
  const files = [
    ...(generation === null ? [] : [Fields.parse('generation_config.json', generation)]),
    Fields.parse('config.json', config),
  ];
  const last = vocabularySize - 1;
  const pick = (key: string): Fields =>
    files.find((file) => file.has(key)) ?? files.at(-1) ?? Fields.parse('config.json', config);
  const token = (key: string, initial: number) =>
    pick(key).integer(key, initial, { min: 0, max: last });
  const padToken = token('pad_token_id', last);
  const endToken = token('eos_token_id', 0);
  const isWord = (item: unknown): item is number[] =>
    Array.isArray(item) &&
    item.length > 0 &&
    item.every((id) => Number.isInteger(id) && id >= 0 && id <= last);
  const badWords = pick('bad_words_ids').list('bad_words_ids', isWord, 'lists of tokens') ?? [];
  return {
    padToken,
    endToken,
    startToken: token('decoder_start_token_id', padToken),
    badWords: badWords.filter((word) => word.length > 1 || word[0] !== endToken),
    forcedEndToken: pick('forced_eos_token_id').has('forced_eos_token_id')
      ? token('forced_eos_token_id', endToken)
      : null,
    renormalise: pick('renormalize_logits').boolean('renormalize_logits', false),
    longestTarget: Math.min(
      longestTarget,
      pick('max_length').integer('max_length', 512, { min: 2, max: LONGEST }),
    ),
    beamCount: pick('num_beams').integer('num_beams', 1, { min: 1, max: 64 }),
    lengthPenalty: pick('length_penalty').number('length_penalty', 1, { min: -10, max: 10 }),
    earlyStopping: readEarlyStopping(pick('early_stopping')),
  };
}

function readEarlyStopping(file: Fields): boolean | 'never' {
  return file.raw('early_stopping') === 'never' ? 'never' : file.boolean('early_stopping', false);
}
