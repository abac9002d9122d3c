/** A vision run from prepared pixels to its trace and what the page is shown first. */
import * as tf from '@tensorflow/tfjs-core';

import type { VisionRun } from '../engine/protocol.ts';
import { type AttentionChanges, noChanges } from '../engine/what-if-protocol.ts';
import type { ImageGeometry } from '../math/geometry.ts';
import type { AttentionCache, RunAttention } from './attention-cache.ts';
import type { WorkContext } from './call-context.ts';
import { fail } from './failure.ts';
import { takeRow } from './kernels/query-slices.ts';
import { dispose, tidy } from './kernels/tensors.ts';
import type { PassResult, VitModel } from './models/vit.ts';
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

/** What a run needs besides its input. */
export interface RunContext extends WorkContext {
  /** Keeps as many layers' attention as fit. */
  readonly cache: AttentionCache;
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
  context: RunContext,
): Promise<FinishedRun> {
  return run({ ...picture, model, changes: noChanges, plan: null, from: null }, query, context);
}

/**
 * Runs the picture of a run once more, with changes.
 * @param last the last run with changes: this one begins where it differs from that or the first
 * @param plan the changes as the forward pass takes them; the trace's if there is one, the caller's
 *   after a failure
 * @throws HeedFailure `unknown-run` if the run's model is no longer loaded, `bad-request` if there is
 *   no such token; AbortError between layers
 */
export function runAgain(
  trace: VisionTrace,
  changes: AttentionChanges,
  plan: PlannedChanges | null,
  last: VisionTrace | null,
  query: number,
  context: RunContext,
): Promise<FinishedRun> {
  const { model, pixels, geometry } = trace;
  const from = nearest(trace, last, changes);
  return run({ model, pixels, geometry, changes, plan, from }, query, context);
}

/** A run with the same pixels and, in the layers before `layer`, the same changes. */
interface BeginFrom {
  readonly layer: number;
  readonly passed: VisionTrace;
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
  /** Null for the whole pass. */
  readonly from: BeginFrom | null;
}

function run(input: RunInput, query: number, context: RunContext): Promise<FinishedRun> {
  const { model: shared, pixels, geometry, changes, plan } = input;
  return shared.use(async (model) => {
    const { layerCount, headCount, specialTokens } = model.info;
    const { tokenCount } = model.config;
    if (!(Number.isInteger(query) && query >= 0 && query < tokenCount))
      fail('bad-request', 'There is no such token.', `token ${query} of ${tokenCount}`);
    const attention = context.cache.openRun({ layerCount, headCount, tokenCount });
    try {
      const first = await runFirstView(model, input, query, attention, context);
      const { hidden, rows, probabilities } = first;
      const trace = new VisionTrace({
        geometry,
        specialTokens,
        attention,
        hidden,
        // Its own: what the page is shown moves to the page.
        probabilities: probabilities.slice(),
        pixels,
        changes,
        plan,
        model: shared,
      });
      const view = {
        geometry,
        layerCount,
        headCount,
        tokenCount,
        specialTokens,
        probabilities,
        rows,
        keptLayerCount: attention.mostKept,
      };
      return { trace, view };
    } catch (error) {
      attention.dispose();
      throw error;
    }
  });
}

interface FirstView {
  /** What goes into each layer and, at the end, what comes out of the last, [token, width]. */
  readonly hidden: readonly tf.Tensor2D[];
  /** [layer, head, key] */
  readonly rows: Float32Array<ArrayBuffer>;
  /** [label]; empty without a head. */
  readonly probabilities: Float32Array<ArrayBuffer>;
}

/** The query's row in every layer and head, then the probabilities, in one tensor. */
function packFirstView(rows: readonly tf.Tensor2D[], logits: tf.Tensor1D | null): tf.Tensor1D {
  return tidy(() => {
    const flat = rows.map((row) => tf.reshape<tf.Rank.R1>(row, [row.size]));
    return tf.concat1d(logits === null ? flat : [...flat, tf.softmax(logits)]);
  });
}

/**
 * Runs prepared pixels and reads the first view back in one piece, since each read-back waits for
 * the device. The query's rows are taken as the layers pass by, whether their attention stays or not.
 * The hidden states are the caller's.
 */
async function runFirstView(
  model: VitModel,
  { pixels, plan, from }: RunInput,
  query: number,
  attention: RunAttention,
  { signal, onProgress }: WorkContext,
): Promise<FirstView> {
  const rows: tf.Tensor2D[] = [];
  let result: PassResult | null = null;
  try {
    for (let layer = 0; layer < (from?.layer ?? 0); layer++) {
      const row = await from?.passed.readRow(layer, query);
      if (row !== undefined) rows.push(row);
    }
    from?.passed.shareAttention(attention, from.layer);
    result = await model.pass(pixels, {
      changes: plan,
      from: from && { layer: from.layer, hidden: from.passed.hidden },
      onLayer: async (layer) => {
        onProgress({ stage: 'forward', done: layer, total: model.info.layerCount });
        await nextTurn();
        signal.throwIfAborted();
        attention.makeRoom();
      },
      onAttention: (layer, probs) => {
        rows.push(takeRow(probs, query));
        attention.put(layer, probs);
      },
    });
    const { hidden, logits } = result;
    const packed = packFirstView(rows, logits);
    const values = await readFloats(packed).finally(() => packed.dispose());
    signal.throwIfAborted();
    const rowsLength = rows.reduce((sum, row) => sum + row.size, 0);
    return { hidden, rows: values.slice(0, rowsLength), probabilities: values.slice(rowsLength) };
  } catch (error) {
    dispose(result?.hidden);
    throw error;
  } finally {
    dispose([rows, result?.logits]);
  }
}
