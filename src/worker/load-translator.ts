/** From a folder of files to a model that translates. */
import type { Precision } from '../engine/model-protocol.ts';
import { readConfigFirst } from './checkpoint/config-first.ts';
import type { CheckpointFiles } from './checkpoint/files.ts';
import { loadWeights, type LoadOptions } from './checkpoint/load-weights.ts';
import type { LoadedWeightsFile } from './checkpoint/weights-file.ts';
import { parseBestAlignment } from './decoding/best-alignment.ts';
import { parseDecodingSettings } from './decoding/settings.ts';
import { HeedFailure } from './failure.ts';
import { loadTranslationModel } from './models/load-translation-model.ts';
import { checkTask } from './models/model-types.ts';
import type { TranslationModel } from './models/translation-model.ts';
import { readTokenizerFiles } from './text/load-tokenizer.ts';
import { Translator } from './translator.ts';

/**
 * Reads config.json, generation_config.json if there is one, the tokenizer and the weights, and
 * puts them on the device.
 * @throws HeedFailure `model-invalid`, `model-unsupported` or `weights-invalid`, and what `files`
 *   throws; `model-missing` for a folder without a tokenizer
 */
export async function loadTranslator(
  files: CheckpointFiles,
  options: LoadOptions,
  precision: Precision = 'float32',
): Promise<Translator> {
  const { config, others } = await readConfigFirst(
    files,
    options,
    (text) => checkTask(text, 'translation'),
    (until) =>
      Promise.all([
        readOptional(files, 'generation_config.json', until.signal),
        readTokenizerFiles(files, until.signal),
        loadWeights(files, until),
      ]),
  );
  const [generation, makeTokenizer, weights] = others;
  options.signal.throwIfAborted();
  const model = placeModel(config, weights, precision);
  try {
    const { sourceVocabularySize, targetVocabularySize, longestTarget } = model.shape;
    const settings = parseDecodingSettings(config, generation, targetVocabularySize, longestTarget);
    const tokenizer = makeTokenizer(settings.endToken, {
      source: sourceVocabularySize,
      target: targetVocabularySize,
    });
    const bestAlignment = parseBestAlignment(generation, model.shape.stacks.cross);
    return new Translator(model, tokenizer, settings, bestAlignment);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Puts weights on the device. The files' memory is given back, also where that fails. */
function placeModel(
  config: string,
  weights: LoadedWeightsFile,
  precision: Precision,
): TranslationModel {
  try {
    return loadTranslationModel(config, weights, precision);
  } finally {
    weights.release();
  }
}

async function readOptional(
  files: CheckpointFiles,
  name: string,
  signal: AbortSignal,
): Promise<string | null> {
  try {
    return await files.readText(name, signal);
  } catch (error) {
    if (error instanceof HeedFailure && error.failure.code === 'model-missing') return null;
    throw error;
  }
}
