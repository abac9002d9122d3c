/** Models and traces of the parity fixtures. Runs in Node and in a browser alike. */
import * as tf from '@tensorflow/tfjs-core';

import { noChanges, type AttentionChanges } from '../../src/engine/what-if-protocol.ts';
import { createGeometry } from '../../src/math/geometry.ts';
import { AttentionCache } from '../../src/worker/attention-cache.ts';
import { loadVisionCheckpoint } from '../../src/worker/checkpoint/checkpoint.ts';
import { Safetensors } from '../../src/worker/checkpoint/safetensors.ts';
import { planChanges } from '../../src/worker/models/vit-changes.ts';
import type { VitModel } from '../../src/worker/models/vit.ts';
import { readFloats } from '../../src/worker/read-back.ts';
import { SharedModel } from '../../src/worker/shared-model.ts';
import { VisionTrace } from '../../src/worker/trace.ts';

export interface FixtureFiles {
  readonly name: string;
  /** By file name. */
  readonly texts: Readonly<Record<string, string>>;
  readonly weights: Uint8Array<ArrayBuffer>;
  readonly expected: Uint8Array<ArrayBuffer>;
}

/** A fixture's checkpoint through Heed's own loader. */
export function loadFixtureModel({ texts, weights }: FixtureFiles): Promise<VitModel> {
  return loadVisionCheckpoint(
    {
      readText: (name) => Promise.resolve(texts[name] ?? ''),
      readBytes: () => Promise.resolve(weights.slice()),
    },
    { signal: new AbortController().signal, onBytes: () => undefined },
  );
}

/** A fixture's pixels, [channel, y, x]. */
export function fixturePixels({ input }: VitModel, expected: Safetensors): Float32Array {
  return expected.floats('pixel_values', [1, input.channelCount, input.height, input.width]);
}

export interface FixtureRun {
  readonly model: VitModel;
  readonly trace: VisionTrace;
  readonly expected: Safetensors;
  /** Disposes of trace and model. */
  readonly dispose: () => void;
}

/**
 * A fixture's picture through its model, with its trace.
 * @param attentionBytes what is kept of its attention
 */
export async function runFixture(
  files: FixtureFiles,
  changes: AttentionChanges = noChanges,
  attentionBytes = Infinity,
): Promise<FixtureRun> {
  const expected = new Safetensors(files.expected);
  const model = await loadFixtureModel(files);
  const pixels = fixturePixels(model, expected);
  const size = { ...model.info, tokenCount: model.config.tokenCount };
  const plan = planChanges(changes, size, (run) => {
    throw new Error(`A fixture has no other run ${run}.`);
  });
  const attention = new AttentionCache(attentionBytes).openRun(size);
  const { hidden, logits } = await model.pass(pixels, {
    changes: plan,
    onAttention: (layer, probs) => attention.put(layer, probs),
  });
  const probabilities = logits === null ? null : tf.softmax(logits);
  const trace = new VisionTrace({
    geometry: createGeometry(57, 44, model.input, { mode: 'stretch' }),
    specialTokens: model.info.specialTokens,
    attention,
    hidden,
    probabilities: probabilities === null ? new Float32Array() : await readFloats(probabilities),
    pixels,
    changes,
    plan,
    model: new SharedModel(model),
  });
  tf.dispose([logits ?? [], probabilities ?? []]);
  return {
    model,
    trace,
    expected,
    dispose: () => {
      trace.dispose();
      model.dispose();
    },
  };
}
