import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  listTranslationFixtures,
  listVisionFixtures,
  readFixtureText,
  readTensors,
  readVisionFixture,
} from '../../../e2e/harness/fixture-files.ts';
import { fixturePixels } from '../../../e2e/harness/fixture-model.ts';
import { useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import type { Precision } from '../../engine/model-protocol.ts';
import { loadVisionCheckpoint } from '../checkpoint/checkpoint.ts';
import { PackedWeights } from '../checkpoint/packed-weights.ts';
import { Safetensors } from '../checkpoint/safetensors.ts';
import { dispose } from '../kernels/tensors.ts';
import { loadTranslationModel } from './load-translation-model.ts';

/** The most that attention and logits of the fixtures move: docs/models.md states it. */
const LOSS = {
  float16: { attention: 4e-3, logits: 4e-3 },
  int8: { attention: 8e-2, logits: 8e-2 },
} as const;

beforeAll(() => useNodeBackend('wasm'));

const options = { signal: new AbortController().signal, onBytes: () => {} };

interface Output {
  readonly attention: readonly Float32Array[];
  readonly logits: Float32Array;
}

async function outputOf(name: string, precision: Precision): Promise<Output> {
  const { texts, weights, expected } = readVisionFixture(name);
  const files = {
    readText: async (file: string) => texts[file] ?? '',
    readBytes: async () => weights.slice(),
  };
  const model = await loadVisionCheckpoint(files, options, precision);
  const before = tf.memory().numTensors;
  const result = await model.forward(fixturePixels(model, new Safetensors(expected)));
  const attention = result.attention.map((probs) => probs.dataSync().slice() as Float32Array);
  const logits = (result.logits?.dataSync().slice() ?? new Float32Array()) as Float32Array;
  dispose(result);
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
  return { attention, logits };
}

/** The largest difference, and relative to the largest number that was expected. */
function gap(actual: Float32Array, expected: Float32Array): { most: number; relative: number } {
  const most = actual.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (expected[index] ?? NaN))),
    0,
  );
  const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-9);
  return { most, relative: most / scale };
}

describe.each(['float16', 'int8'] as const)('%s', { timeout: 60_000 }, (precision) => {
  it.each(listVisionFixtures())('moves %s by no more than is stated', async (name) => {
    const tensors = tf.memory().numTensors;
    const whole = await outputOf(name, 'float32');
    const packed = await outputOf(name, precision);
    for (const [layer, probs] of packed.attention.entries()) {
      const { most } = gap(probs, whole.attention[layer] ?? new Float32Array());
      expect(most, `layer ${layer}`).toBeLessThan(LOSS[precision].attention);
    }
    expect(gap(packed.logits, whole.logits).relative).toBeLessThan(LOSS[precision].logits);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it.each(listTranslationFixtures())('moves %s by no more than is stated', async (name) => {
    const config = readFixtureText(`${name}/config.json`);
    const tensors = readTensors(`${name}/model.safetensors`);
    const before = tf.memory().numTensors;
    const outputs = [];
    for (const kept of ['float32', precision] as const) {
      const model = loadTranslationModel(config, tensors, kept);
      const encoded = model.encode([3, 4, 5, 6]);
      outputs.push(await encoded.force([1, 3, 4]));
      encoded.dispose();
      model.dispose();
    }
    const [whole, packed] = outputs;
    if (whole === undefined || packed === undefined) throw new Error('no outputs');
    expect(gap(packed.logits, whole.logits).relative).toBeLessThan(LOSS[precision].logits);
    for (const [position, { cross }] of packed.rows.entries()) {
      const { most } = gap(cross, whole.rows[position]?.cross ?? new Float32Array());
      expect(most).toBeLessThan(LOSS[precision].attention);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('packed weights', () => {
  const name = 'x.weight';

  it('take a half or a quarter of the room, and vectors as much as ever', () => {
    const values = Float32Array.from({ length: 6400 }, (_, index) => Math.sin(index));
    const sizes = (['float16', 'int8'] as const).map((precision) => {
      const packed = new PackedWeights(precision);
      packed.add(name, [64, 100], values);
      packed.add('x.bias', [100], values.slice(0, 100));
      return packed.byteCount;
    });
    expect(sizes).toEqual([2 * 6400 + 400, 6400 + 4 * 64 + 400]);
  });

  it('give back halves exactly, and bytes within half a step of their row', () => {
    const values = Float32Array.of(1, -0.5, 0.25, 127, -3, 0);
    const halves = new PackedWeights('float16');
    halves.add(name, [2, 3], values);
    expect(halves.floats(name, [2, 3])).toEqual(values);
    const bytes = new PackedWeights('int8');
    bytes.add(name, [2, 3], values);
    for (const [index, value] of bytes.floats(name, [2, 3]).entries()) {
      const step = index < 3 ? 1 / 127 : 1;
      expect(Math.abs(value - (values[index] ?? 0))).toBeLessThanOrEqual(step / 2);
    }
    expect(() => bytes.floats(name, [3, 2])).toThrow('do not fit');
  });

  it('keep rows of zeros, and refuse what halves do not reach to', () => {
    const bytes = new PackedWeights('int8');
    bytes.add(name, [1, 3], new Float32Array(3));
    expect([...bytes.floats(name, [1, 3])]).toEqual([0, 0, 0]);
    expect(() => new PackedWeights('float16').add(name, [1, 1], Float32Array.of(1e6))).toThrow(
      'too large for 16 bits',
    );
  });
});
