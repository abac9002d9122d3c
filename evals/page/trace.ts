/** A run with all that the engine computed on its way, for the trace command. */
import { openCheckpointCache } from '../../src/worker/checkpoint/cache.ts';
import { openCheckpointFiles } from '../../src/worker/checkpoint/cached-files.ts';
import type { CheckpointFiles } from '../../src/worker/checkpoint/files.ts';
import { startBackend, tfjsStarters } from '../../src/worker/backend/choose.ts';
import { wasmFiles } from '../../src/worker/backend/wasm-files.ts';
import { HeedFailure } from '../../src/worker/failure.ts';
import { InputError, type Answer } from './answer.ts';
import { saveJson, saveNumbers } from './save-files.ts';
import type { TraceJob, TraceSummary } from './trace-job.ts';
import { tracePicture } from './trace-picture.ts';
import { traceText } from './trace-text.ts';

/** A stack's attention of one layer, [head, query, key]. */
export interface TracedLayer {
  readonly stack: 'encoder' | 'decoder' | 'cross' | 'self';
  readonly layer: number;
  readonly values: Float32Array;
  readonly shape: readonly [heads: number, queries: number, keys: number];
}

export interface TracedRun {
  readonly layers: number;
  readonly heads: number;
  readonly ms: number;
  readonly attention: AsyncIterable<TracedLayer>;
  /** Null for a model without a head. */
  readonly logits: { readonly values: Float32Array; readonly shape: readonly number[] } | null;
  readonly input: {
    readonly values: Float32Array | Int32Array;
    readonly shape: readonly number[];
  };
  /** For tokens.json. */
  readonly tokens: unknown;
}

/** Runs a picture or a text, and hands every file over as it is computed. */
export async function trace({
  backend,
  modelPath,
  input,
}: TraceJob): Promise<Answer<TraceSummary>> {
  try {
    const running = await startBackend(
      { forced: backend, allowSoftwareAdapter: false },
      tfjsStarters(wasmFiles),
    );
    const folder = new URL(modelPath, document.baseURI);
    const files = await openFolder(folder);
    const run =
      input.kind === 'picture' ? await tracePicture(files, input) : await traceText(files, input);
    for await (const { stack, layer, values, shape } of run.attention) {
      await saveNumbers(`attention.${stack}.${layer}.npy`, values, shape);
    }
    if (run.logits !== null) await saveNumbers('logits.npy', run.logits.values, run.logits.shape);
    await saveNumbers('input.npy', run.input.values, run.input.shape);
    await saveJson('tokens.json', run.tokens);
    const { layers, heads, ms } = run;
    const model = decodeURIComponent(folder.pathname.split('/').at(-2) ?? '');
    const rounded = Math.round(100 * ms) / 100;
    return { value: { model, backend: running.info.name, layers, heads, ms: rounded } };
  } catch (error) {
    if (error instanceof InputError) return { failure: error.message };
    if (error instanceof HeedFailure) {
      if (error.failure.detail !== undefined) console.error(error.failure.detail);
      return { failure: error.failure.message };
    }
    throw error;
  }
}

async function openFolder(folder: URL): Promise<CheckpointFiles> {
  return openCheckpointFiles(folder.href, {
    fetch: (address, options) => fetch(address, options),
    // A browser of the command's own has nothing stored.
    cache: await openCheckpointCache(undefined),
    digestOf: () => null,
  });
}
