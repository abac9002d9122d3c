import type { LoadArgs } from '../engine/model-protocol.ts';
import type { TranslationModelInfo } from '../engine/translation-protocol.ts';
import type { WorkContext } from './call-context.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import { openModel } from './checkpoint/open-model.ts';
import type { Platform } from './platform.ts';
import { describeTranslationLenses } from './translation-lenses/registry.ts';
import { loadTranslator, type Translator } from './translator.ts';

export interface LoadedTranslator {
  /** What loads it once more. */
  readonly args: LoadArgs;
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
 * Loads a translation checkpoint and warms it up.
 * @throws HeedFailure
 */
export async function loadTranslationModel(
  args: LoadArgs,
  network: FileSource,
  now: Platform['now'],
  { signal, onProgress }: WorkContext,
): Promise<LoadedTranslator> {
  const opened = openModel(args, network);
  const begin = now();
  let bytes = 0;
  const translator = await loadTranslator(opened.files, {
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
    args,
    translator,
    info: {
      kind: 'translation',
      identity: opened.identity,
      precision: args.precision ?? 'float32',
      notKept: opened.notKept(),
      name: opened.name,
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
      cached: opened.cameFromCache(),
      loadMs: loaded - begin,
      warmUpMs: now() - loaded,
    },
  };
}
