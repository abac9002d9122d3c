import type { LoadArgs } from '../engine/model-protocol.ts';
import type { TranslationModelInfo } from '../engine/translation-protocol.ts';
import type { WorkContext } from './call-context.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import type { OnBytes } from './checkpoint/files.ts';
import { openModel, type OpenedModel } from './checkpoint/open-model.ts';
import type { Platform } from './platform.ts';
import { describeTranslationLenses } from './translation-lenses/registry.ts';
import { loadTranslator } from './load-translator.ts';
import type { Translator } from './translator.ts';

export interface LoadedTranslator {
  /** What loads it once more. */
  readonly args: LoadArgs;
  readonly translator: Translator;
  /** Instead of taking it into use: it leaves the device, and the storage if it was new there. */
  readonly discard: (error: unknown) => Promise<void>;
  readonly info: TranslationModelInfo;
}

/**
 * Translates a word, so that shaders are compiled and weights packed before the first sentence comes.
 */
async function warmUp(translator: Translator, signal: AbortSignal): Promise<void> {
  const { endToken } = translator.settings;
  const encoded = translator.model.encode([endToken]);
  try {
    await encoded.force([translator.settings.startToken]);
    encoded.begin().dispose();
    signal.throwIfAborted();
  } finally {
    encoded.dispose();
  }
}

/**
 * Loads a translation checkpoint and warms it up.
 * @throws HeedFailure; nothing stays on the device or in the storage then
 */
export async function loadTranslationModel(
  args: LoadArgs,
  network: FileSource,
  now: Platform['now'],
  context: WorkContext,
): Promise<LoadedTranslator> {
  const opened = openModel(args.source, network);
  try {
    return await load(args, opened, now, context);
  } catch (error) {
    await opened.giveUp(error);
    throw error;
  }
}

async function load(
  args: LoadArgs,
  opened: OpenedModel,
  now: Platform['now'],
  { signal, onProgress }: WorkContext,
): Promise<LoadedTranslator> {
  const begin = now();
  let bytes = 0;
  const precision = args.precision ?? 'float32';
  const onBytes: OnBytes = (done, total) => {
    bytes = done;
    onProgress({ stage: 'weights', done, total });
  };
  const translator = await loadTranslator(opened.files, { signal, onBytes }, precision);
  const loaded = now();
  try {
    onProgress({ stage: 'warm-up', done: 0, total: 1 });
    await warmUp(translator, signal);
  } catch (error) {
    translator.dispose();
    throw error;
  }
  const warmUpMs = now() - loaded;
  const { shape } = translator.model;
  return {
    args,
    translator,
    discard: async (error) => {
      translator.dispose();
      await opened.giveUp(error);
    },
    info: {
      kind: 'translation',
      identity: opened.identity,
      precision,
      notKept: await opened.keep('translation'),
      name: opened.name,
      modelType: shape.modelType,
      parameterCount: shape.parameterCount,
      vocabularySize: shape.targetVocabularySize,
      stacks: shape.stacks,
      bestAlignment: translator.bestAlignment,
      languageCodes: translator.tokenizer.languageCodes,
      longestSource: shape.longestSource,
      longestTarget: shape.longestTarget,
      initialBeamCount: translator.settings.beamCount,
      lenses: describeTranslationLenses(shape),
      bytes,
      cached: opened.cameFromCache(),
      loadMs: loaded - begin,
      warmUpMs,
    },
  };
}
