/** The page that an evaluation runs in: the engine as Heed's own page starts it, and no more. */
import { createEngine, type Engine } from '../../src/engine/client.ts';
import { createWorker } from '../../src/engine/create-worker.ts';
import type { BackendInfo, BackendName, VisionModelInfo } from '../../src/engine/protocol.ts';
import type { Answer } from './answer.ts';
import { classify, type Outcome } from './classify.ts';
import {
  measureMaps,
  type LabelledFile,
  type Measured,
  type MeasureSettings,
} from './measure-maps.ts';
import type { PictureFile } from './picture-file.ts';

import type { TraceJob, TraceSummary } from './trace-job.ts';
import { createTranslationEvaluation, type TranslationEvaluation } from './translation.ts';

export interface Evaluation {
  /** Starts a backend, or the engine's own choice for null, and loads a model. */
  readonly load: (
    backend: BackendName | null,
    modelPath: string,
  ) => Promise<{ readonly backend: BackendInfo; readonly model: VisionModelInfo }>;
  /** What became of each picture, in order, and how long all of them took. */
  readonly classify: (
    files: readonly PictureFile[],
  ) => Promise<{ readonly outcomes: readonly Outcome[]; readonly ms: number }>;
  /** Measures lenses on each picture with the model that was loaded last. */
  readonly measureMaps: (
    files: readonly LabelledFile[],
    settings: MeasureSettings,
  ) => Promise<readonly Measured[]>;
  readonly translation: TranslationEvaluation;
  /** Runs one input on this thread and saves all that was computed. */
  readonly trace: (job: TraceJob) => Promise<Answer<TraceSummary>>;
}

declare global {
  var evaluation: Evaluation;
}

const engine: Engine = createEngine({
  createWorker,
  onEvent: (event) => console.error(`The engine reports: ${event.type}, ${event.reason}`),
});

let loaded: VisionModelInfo | null = null;

globalThis.evaluation = {
  load: async (forced, modelPath) => {
    const backend = await engine.call('start', { forced, allowSoftwareAdapter: false });
    const address = new URL(modelPath, document.baseURI).href;
    loaded = await engine.call('loadVisionModel', { source: { kind: 'address', address } });
    return { backend, model: loaded };
  },
  classify: async (files) => {
    const begin = performance.now();
    const outcomes = await classify(engine, files);
    return { outcomes, ms: performance.now() - begin };
  },
  measureMaps: (files, settings) => {
    if (loaded === null) throw new Error('No model has been loaded.');
    return measureMaps(engine, loaded, files, settings);
  },
  translation: createTranslationEvaluation(engine),
  // Loaded late: the evaluations leave the engine's code to the worker.
  trace: async (job) => (await import('./trace.ts')).trace(job),
};
