import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { readFixtureBytes, readFixtureText } from '../../../../e2e/harness/fixture-files.ts';
import { useNodeBackend } from '../../../../e2e/harness/node-backends.ts';
import { startNodeKernels } from '../../../../e2e/harness/node-kernels.ts';
import { BOUNDS } from '../../../../e2e/harness/parity.ts';
import { Safetensors } from '../../checkpoint/safetensors.ts';
import { searchGreedily } from '../../decoding/greedy.ts';
import { tokensOf } from '../../decoding/hypothesis.ts';
import { parseDecodingSettings } from '../../decoding/settings.ts';
import type { KernelRunner } from '../../kernels/wasm/kernel-runner.ts';
import {
  type WasmKernels,
  attachKernels,
  withoutKernels,
} from '../../kernels/wasm/wasm-kernels.ts';
import type { DecoderSession, EncodedSource } from '../translation-model.ts';
import { FusedSession } from './fused-session.ts';
import { MarianModel } from './marian.ts';
import { MarianSession } from './session.ts';

const NAMES = ['marian-shared-swish', 'marian-separate-relu', 'marian-tied-decoder-gelu'];
const SOURCE = [5, 9, 12, 7, 31, 8, 0];

let kernels: WasmKernels;

beforeAll(async () => {
  await useNodeBackend('wasm');
  kernels = startNodeKernels();
});

/** A fixture's checkpoint, its config changed. */
function load(name: string, changes: Record<string, unknown> = {}): MarianModel {
  const config: object = JSON.parse(readFixtureText(`${name}/config.json`));
  const weights = new Safetensors(readFixtureBytes(`${name}/model.safetensors`));
  return MarianModel.load(JSON.stringify({ ...config, ...changes }), weights);
}

function beginPlain(source: EncodedSource): DecoderSession {
  const plain = withoutKernels(kernels.backend, () => source.begin());
  expect(plain).toBeInstanceOf(MarianSession);
  return plain;
}

function beginFused(source: EncodedSource): DecoderSession {
  const fused = source.begin();
  expect(fused).toBeInstanceOf(FusedSession);
  return fused;
}

function largestGap(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  return actual.reduce(
    (largest, value, index) => Math.max(largest, Math.abs(value - (expected[index] ?? NaN))),
    0,
  );
}

/** One step of both; what the fused one says must be what the plain one says. */
async function expectSameStep(
  fused: DecoderSession,
  plain: DecoderSession,
  tokens: readonly number[],
): Promise<void> {
  const [actual, expected] = [await fused.step(tokens), await plain.step(tokens)];
  const largest = expected.logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largestGap(actual.logits, expected.logits) / largest).toBeLessThan(BOUNDS.logits / 10);
  const size = expected.logits.length / tokens.length;
  for (const [beam, rows] of expected.rows.entries()) {
    const own = actual.rows[beam];
    expect(largestGap(own?.cross ?? rows.cross, rows.cross)).toBeLessThan(BOUNDS.attention / 10);
    const [self, other] = [own?.decoder, rows.decoder];
    expect(largestGap(self ?? new Float32Array(0), other ?? new Float32Array(0))).toBeLessThan(
      BOUNDS.attention / 10,
    );
    const logits = expected.logits.subarray(beam * size, (beam + 1) * size);
    const summary = actual.summaries?.[beam];
    const sorted = [...logits.keys()].toSorted((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0));
    expect(summary?.best.slice(0, 16)).toEqual(sorted.slice(0, 16));
    const sum = logits.reduce((total, value) => total + Math.exp(value), 0);
    expect(summary?.normaliser).toBeCloseTo(Math.log(sum), 3);
    for (const token of [0, size - 1, ...sorted.slice(20, 30)])
      expect(
        Math.abs((summary?.logit(token) ?? NaN) - (logits[token] ?? NaN)) / largest,
      ).toBeLessThan(BOUNDS.logits / 10);
  }
}

describe('a decoder’s step in one call', () => {
  it.each(NAMES)(
    'is the plain operations’, beams swapping, dying and growing: %s',
    async (name) => {
      const model = load(name);
      const before = tf.memory().numTensors;
      const source = model.encode(SOURCE);
      const [fused, plain] = [beginFused(source), beginPlain(source)];
      const reorder = (parents: readonly number[]): void => {
        for (const session of [fused, plain]) session.reorder(parents);
      };
      await expectSameStep(fused, plain, [3]);
      await expectSameStep(fused, plain, [11]);
      reorder([0, 0, 0]);
      await expectSameStep(fused, plain, [4, 8, 15]);
      reorder([2, 0, 0, 1, 2]);
      await expectSameStep(fused, plain, [16, 23, 42, 1, 2]);
      reorder([4, 4, 1]);
      await expectSameStep(fused, plain, [7, 9, 33]);
      // Cells that were given back are taken again.
      reorder([1, 0, 2, 2]);
      await expectSameStep(fused, plain, [30, 31, 32, 33]);
      for (const session of [fused, plain]) session.dispose();
      source.dispose();
      expect(tf.memory().numTensors).toBe(before);
      model.dispose();
    },
  );

  it('goes on when places for positions run out', async () => {
    const model = load('marian-shared-swish');
    const source = model.encode(SOURCE);
    const [fused, plain] = [beginFused(source), beginPlain(source)];
    for (let position = 0; position < 70; position += 1)
      await expectSameStep(fused, plain, [(7 * position + 3) % 50]);
    for (const session of [fused, plain]) session.dispose();
    source.dispose();
    model.dispose();
  });

  it('knows the other activation and untied output', async () => {
    const model = load('marian-separate-relu', { activation_function: 'gelu_new' });
    const source = model.encode(SOURCE);
    const [fused, plain] = [beginFused(source), beginPlain(source)];
    for (const token of [1, 2, 3]) await expectSameStep(fused, plain, [token]);
    for (const session of [fused, plain]) session.dispose();
    source.dispose();
    model.dispose();
  });

  it('refuses another number of tokens than there are beams', async () => {
    const model = load('marian-shared-swish');
    const source = model.encode(SOURCE);
    const session = beginFused(source);
    await expect(session.step([1, 2])).rejects.toThrow('expected 1 tokens, got 2');
    session.dispose();
    source.dispose();
    model.dispose();
  });

  it('writes the same tokens as plain operations', async () => {
    const model = load('marian-shared-swish');
    const config = readFixtureText('marian-shared-swish/config.json');
    const settings = parseDecodingSettings(config, null, model.shape.targetVocabularySize, 60);
    const source = model.encode(SOURCE);
    const found = await Promise.all(
      [beginFused(source), beginPlain(source)].map(async (session) => {
        const { last } = await searchGreedily(session, settings);
        session.dispose();
        return tokensOf(last);
      }),
    );
    expect(found[0]).toEqual(found[1]);
    source.dispose();
    model.dispose();
  });
});

describe('a decoder’s step shared by threads', () => {
  afterEach(() => {
    attachKernels(kernels.backend, kernels.runner);
  });

  it.each([2, 4])('is the same when %i come one after the other', async (threadCount) => {
    const { runner } = kernels;
    const late: KernelRunner = {
      threadCount,
      run: (...call) => runner.run(...call),
      dispose: () => {},
    };
    attachKernels(kernels.backend, late);
    const model = load('marian-shared-swish');
    const source = model.encode(SOURCE);
    const [fused, plain] = [beginFused(source), beginPlain(source)];
    await expectSameStep(fused, plain, [3]);
    for (const session of [fused, plain]) session.reorder([0, 0, 0, 0]);
    await expectSameStep(fused, plain, [4, 8, 15, 16]);
    for (const session of [fused, plain]) session.dispose();
    source.dispose();
    model.dispose();
  });
});
