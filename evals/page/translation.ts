import type { Engine } from '../../src/engine/client.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { BackendInfo, BackendName } from '../../src/engine/protocol.ts';
import type { TranslationModelInfo } from '../../src/engine/translation-protocol.ts';
import { align, type AlignmentResult } from './align.ts';
import { InputError, type Answer } from './answer.ts';
import type { GoldFiles } from './gold-sentences.ts';
import { viewsOf } from './head-views.ts';
import { seldom, type ReportProgress } from './progress.ts';
import { translate, type TranslationJob, type TranslationResult } from './translate.ts';

export interface TranslationEvaluation {
  /** Starts a backend, or the engine's own choice for null, and loads a model. */
  readonly load: (
    backend: BackendName | null,
    modelPath: string,
  ) => Promise<Answer<{ readonly backend: BackendInfo; readonly model: TranslationModelInfo }>>;
  /** Translates with the model that was loaded last. */
  readonly translate: (job: TranslationJob) => Promise<Answer<TranslationResult>>;
  /** Forces gold targets through the model that was loaded last. */
  readonly align: (files: GoldFiles) => Promise<Answer<AlignmentResult>>;
}

declare global {
  /** The command's, which tells it to the person. */
  var reportProgress: ReportProgress;
}

async function answer<T>(work: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof InputError) return { failure: error.message };
    if (error instanceof EngineError) {
      if (error.failure.detail !== undefined) console.error(error.failure.detail);
      return { failure: error.failure.message };
    }
    throw error;
  }
}

const now = (): number => performance.now();

export function createTranslationEvaluation(engine: Engine): TranslationEvaluation {
  let loaded: TranslationModelInfo | null = null;
  const inUse = (): TranslationModelInfo => {
    if (loaded === null) throw new Error('No model has been loaded.');
    return loaded;
  };
  return {
    load: (forced, modelPath) =>
      answer(async () => {
        const backend = await engine.call('start', { forced, allowSoftwareAdapter: false });
        const address = new URL(modelPath, document.baseURI).href;
        loaded = await engine.call('loadTranslationModel', {
          source: { kind: 'address', address },
        });
        return { backend, model: loaded };
      }),
    translate: (job) =>
      answer(() => {
        const { identity, initialBeamCount } = inUse();
        const beamCount = job.beamCount ?? initialBeamCount;
        return translate(engine, identity, { ...job, beamCount }, seldom(reportProgress, now));
      }),
    align: (files) =>
      answer(() => {
        const { identity, name, stacks } = inUse();
        if (stacks.cross === null) throw new InputError(`${name} has no cross-attention.`);
        const { layerCount, headCount } = stacks.cross;
        const heads = Array.from({ length: headCount }, () => new Float32Array(0));
        const views = viewsOf(Array.from({ length: layerCount }, () => heads));
        return align(
          engine,
          identity,
          views.map(({ view }) => view),
          files,
          seldom(reportProgress, now),
        );
      }),
  };
}
