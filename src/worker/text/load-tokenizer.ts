import type { CheckpointFiles } from '../checkpoint/files.ts';
import { fail, HeedFailure } from '../failure.ts';
import { MarianTokenizer } from './marian-tokenizer.ts';
import type { TextTokenizer, VocabularySizes } from './tokenized-text.ts';
import { SubwordTokenizer } from './tokenizer.ts';

/** Makes the tokenizer once the model has said how large its vocabulary is, and how it ends texts. */
export type MakeTokenizer = (endToken: number, sizes: VocabularySizes) => TextTokenizer;

/** The files that a tokenizer cannot do without, in the order in which they are looked for. */
export const TOKENIZER_FILES = [
  ['tokenizer.json'],
  ['source.spm', 'target.spm', 'vocab.json'],
] as const;

/**
 * Reads the files of a checkpoint's tokenizer: tokenizer.json, or where there is none source.spm,
 * target.spm and vocab.json.
 * @throws HeedFailure `model-missing` if it has neither, and what `files` throws
 */
export async function readTokenizerFiles(
  files: CheckpointFiles,
  signal: AbortSignal,
): Promise<MakeTokenizer> {
  const tokenizer = await ifPresent(() => files.readText('tokenizer.json', signal));
  if (tokenizer !== null) {
    return (endToken, sizes) => SubwordTokenizer.parse(tokenizer, endToken, sizes.source);
  }
  const readBytes = (name: string): Promise<Uint8Array> => files.readBytes(name, () => {}, signal);
  const [sourceModel, targetModel, vocabulary, targetVocabulary, config] = await Promise.all([
    ifPresent(() => readBytes('source.spm')),
    ifPresent(() => readBytes('target.spm')),
    ifPresent(() => files.readText('vocab.json', signal)),
    ifPresent(() => files.readText('target_vocab.json', signal)),
    ifPresent(() => files.readText('tokenizer_config.json', signal)),
  ]);
  if (sourceModel === null || targetModel === null || vocabulary === null) {
    return fail(
      'model-missing',
      'There is no tokenizer at this address: neither tokenizer.json nor source.spm, target.spm and vocab.json.',
    );
  }
  const parts = { sourceModel, targetModel, vocabulary, targetVocabulary, config };
  return (_, sizes) => MarianTokenizer.parse(parts, sizes);
}

async function ifPresent<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof HeedFailure && error.failure.code === 'model-missing') return null;
    throw error;
  }
}
