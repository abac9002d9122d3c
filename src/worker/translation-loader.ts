import type { TranslationModelInfo } from '../engine/translation-protocol.ts';
import type { WorkContext } from './call-context.ts';
import { openCheckpointFiles, type FileSource } from './checkpoint/cached-files.ts';
import { nameOfFolder, parseFolder } from './checkpoint/folder.ts';
import { WEIGHTS_FILES } from './checkpoint/load-weights.ts';
import type { Platform } from './platform.ts';
import { describeTranslationLenses } from './translation-lenses/registry.ts';
import { loadTranslator, type Translator } from './translator.ts';

export interface LoadedTranslator {
  readonly translator: Translator;
  readonly info: TranslationModelInfo;
}

/** Translates a word, so that shaders are compiled before the first sentence comes. */
async function warmUp(translator: Translator, signal: AbortSignal): Promise<void> {
  const { endToken } = translator.settings;
  const encoded = translator.model.encode([endToken]);
  try {
    await encoded.force([translator.settings.startToken]);
    signal.throwIfAborted();
  } finally {
    encoded.dispose();
  }
}

/**
 * Loads the translation checkpoint behind an address and warms it up.
 * @throws HeedFailure
 */
export async function loadTranslationModel(
  address: string,
  source: FileSource,
  now: Platform['now'],
  { signal, onProgress }: WorkContext,
): Promise<LoadedTranslator> {
  const folder = parseFolder(address);
  const files = openCheckpointFiles(folder.href, source);
  const begin = now();
  let bytes = 0;
  const translator = await loadTranslator(files, {
    signal,
    onBytes: (done, total) => {
      bytes = done;
      onProgress({ stage: 'weights', done, total });
    },
  });
  const loaded = now();
  try {
    onProgress({ stage: 'warm-up', done: 0, total: 1 });
    await warmUp(translator, signal);
  } catch (error) {
    translator.dispose();
    throw error;
  }
  const { shape } = translator.model;
  return {
    translator,
    info: {
      kind: 'translation',
      address,
      name: nameOfFolder(folder),
      modelType: shape.modelType,
      parameterCount: shape.parameterCount,
      vocabularySize: shape.targetVocabularySize,
      stacks: shape.stacks,
      bestAlignment: translator.bestAlignment,
      longestSource: shape.longestSource,
      longestTarget: shape.longestTarget,
      initialBeamCount: translator.settings.beamCount,
      lenses: describeTranslationLenses(shape),
      bytes,
      cached: WEIGHTS_FILES.some((name) => files.cameFromCache(name)),
      loadMs: loaded - begin,
      warmUpMs: now() - loaded,
    },
  };
}
