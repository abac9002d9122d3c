import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { readVisionFixture } from '../../../e2e/harness/fixture-files.ts';
import { fixturePixels, loadFixtureModel } from '../../../e2e/harness/fixture-model.ts';
import { useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { Safetensors } from '../checkpoint/safetensors.ts';

/** A classifier over [CLS] and the mean of the patches, with and without SwiGLU and registers. */
const FIXTURES = ['dinov2-smaller', 'dinov2-oblong-swiglu', 'dinov2-registers-larger'];
const TARGET = 3;
const STEP = 1e-2;

describe('gradients of DINOv2', () => {
  beforeAll(() => useNodeBackend('cpu'));

  it.each(FIXTURES)('equal differences of the logit: %s', async (name) => {
    const fixture = readVisionFixture(name);
    const model = await loadFixtureModel(fixture);
    const embedded = model.embed(fixturePixels(model, new Safetensors(fixture.expected)));
    const tape = await model.record(embedded, { changes: null });
    const gradient = await model.differentiate(tape, TARGET, { changes: null });
    tape.dispose();
    const direction = tf.randomNormal<tf.Rank.R2>(embedded.shape, 0, 1, 'float32', 7);
    const logitAt = (step: number): number => {
      const moved = tf.add<tf.Tensor2D>(embedded, tf.mul(direction, step));
      const logits = model.classify(moved);
      return logits?.dataSync()[TARGET] ?? Number.NaN;
    };
    const difference = (logitAt(STEP) - logitAt(-STEP)) / (2 * STEP);
    const [slope = Number.NaN] = tf.sum(tf.mul(gradient, direction)).dataSync();
    expect(Math.abs(slope)).toBeGreaterThan(1e-2);
    expect(Math.abs(slope - difference)).toBeLessThan(0.02 * Math.max(1, Math.abs(difference)));
    tf.dispose([gradient, embedded, direction]);
    model.dispose();
  });
});
