/** A vision run from prepared pixels to its trace and what the page is shown first. */
import * as tf from '@tensorflow/tfjs-core';

import type { VisionRun } from '../engine/protocol.ts';
import { type AttentionChanges, noChanges } from '../engine/what-if-protocol.ts';
import type { ImageGeometry } from '../math/geometry.ts';
import type { WorkContext } from './call-context.ts';
import { fail } from './failure.ts';
import { dispose, tidy } from './kernels/tensors.ts';
import type {
  ForwardOptions,
  ForwardResult,
  PassedLayers,
  BeginFrom,
  VitModel,
} from './models/vit.ts';
import { layersAlike, type PlannedChanges } from './models/vit-changes.ts';
import { nextTurn } from './next-turn.ts';
import { readFloats } from './read-back.ts';
import type { SharedModel } from './shared-model.ts';
import { VisionTrace } from './trace.ts';

/** A picture as the model takes it. */
export interface PreparedPicture {
  /** [channel, y, x] */
  readonly pixels: Float32Array;
  readonly geometry: ImageGeometry;
}

export interface FinishedRun {
  /** The caller's. */
  readonly trace: VisionTrace;
  readonly view: Omit<VisionRun, 'run' | 'runMs'>;
}

/**
 * Runs a picture.
 * @param query the token whose rows come back
 * @throws HeedFailure `bad-request` if there is no such token; AbortError between layers
 */
export function runPicture(
  model: SharedModel<VitModel>,
  picture: PreparedPicture,
  query: number,
  context: WorkContext,
): Promise<FinishedRun> {
  return run({ ...picture, model, changes: noChanges, plan: null, from: null }, query, context);
}

/**
 * Runs the picture of a run once more, with changes. The layers before the first that is changed
 * otherwise than in an earlier run of it are taken from there.
 * @param plan the changes as the forward pass takes them
 * @param last another run, perhaps of the same picture
 * @throws HeedFailure `unknown-run` if the run's model is no longer loaded, `bad-request` if there is
 *   no such token; AbortError between layers
 */
export function runAgain(
  trace: VisionTrace,
  changes: AttentionChanges,
  plan: PlannedChanges | null,
  last: VisionTrace | null,
  query: number,
  context: WorkContext,
): Promise<FinishedRun> {
  const { model, pixels, geometry } = trace;
  const from = nearest(trace, last, changes);
  return run({ model, pixels, geometry, changes, plan, from }, query, context);
}

/** The run that has more of its first layers changed alike, and the first layer to compute. */
function nearest(
  trace: VisionTrace,
  last: VisionTrace | null,
  changes: AttentionChanges,
): BeginFrom {
  const alike = (passed: VisionTrace): number =>
    // The last layer is computed in any case: logits are not kept.
    Math.min(layersAlike(passed.changes, changes, passed.layerCount), passed.layerCount - 1);
  const isOfSame = last?.pixels === trace.pixels && last.model === trace.model;
  const passed = isOfSame && alike(last) > alike(trace) ? last : trace;
  return { layer: alike(passed), passed };
}

interface RunInput extends PreparedPicture {
  readonly model: SharedModel<VitModel>;
  readonly changes: AttentionChanges;
  readonly plan: PlannedChanges | null;
  readonly from: BeginFrom | null;
}

function run(
  { model: shared, pixels, geometry, changes, plan, from }: RunInput,
  query: number,
  { signal, onProgress }: WorkContext,
): Promise<FinishedRun> {
  return shared.use(async (model) => {
    const { layerCount, headCount, specialTokens } = model.info;
    const { tokenCount } = model.config;
    if (!(Number.isInteger(query) && query >= 0 && query < tokenCount))
      fail('bad-request', 'There is no such token.', `token ${query} of ${tokenCount}`);
    const { attention, inputs, rows, probabilities } = await runFirstView(model, pixels, query, {
      changes: plan,
      from,
      onLayer: async (layer) => {
        onProgress({ stage: 'forward', done: layer, total: layerCount });
        await nextTurn();
        signal.throwIfAborted();
      },
    });
    const trace = new VisionTrace({
      geometry,
      specialTokens,
      attention,
      inputs,
      // Its own: what the page is shown moves to the page.
      probabilities: probabilities.slice(),
      pixels,
      changes,
      model: shared,
    });
    if (signal.aborted) {
      trace.dispose();
      signal.throwIfAborted();
    }
    const view = {
      geometry,
      layerCount,
      headCount,
      tokenCount,
      specialTokens,
      probabilities,
      rows,
    };
    return { trace, view };
  });
}

interface FirstView extends PassedLayers {
  /** [layer, head, key] */
  readonly rows: Float32Array<ArrayBuffer>;
  /** [label]; empty without a head. */
  readonly probabilities: Float32Array<ArrayBuffer>;
}

/** The query's row in every layer and head, then the probabilities, in one tensor. */
function packFirstView({ attention, logits }: ForwardResult, query: number): tf.Tensor1D {
  return tidy(() => {
    const rows = attention.map((probs): tf.Tensor1D => {
      const [headCount, , keyCount] = probs.shape;
      const row = tf.slice3d(probs, [0, query, 0], [headCount, 1, keyCount]);
      return tf.reshape<tf.Rank.R1>(row, [headCount * keyCount]);
    });
    return tf.concat1d(logits === null ? rows : [...rows, tf.softmax(logits)]);
  });
}

/**
 * Runs prepared pixels and reads the first view back in one piece, since each read-back waits for
 * the device. What the layers left stays on the device and is the caller's.
 * @param options with `onLayer`, called before each layer; what it throws ends the run
 */
async function runFirstView(
  model: VitModel,
  pixels: Float32Array,
  query: number,
  options: ForwardOptions,
): Promise<FirstView> {
  const result = await model.forward(pixels, options);
  const { attention, inputs, logits } = result;
  try {
    const packed = packFirstView(result, query);
    const values = await readFloats(packed).finally(() => packed.dispose());
    const rowsLength = values.length - (logits === null ? 0 : logits.size);
    return {
      attention,
      inputs,
      rows: values.slice(0, rowsLength),
      probabilities: values.slice(rowsLength),
    };
  } catch (error) {
    dispose([attention, inputs]);
    throw error;
  } finally {
    logits?.dispose();
  }
}
