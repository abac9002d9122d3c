import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';

import { readFixtureBytes, readFixtureText } from '../../../e2e/harness/fixture-files.ts';
import { useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { HeedFailure } from '../failure.ts';
import { loadVisionCheckpoint } from './checkpoint.ts';
import type { CheckpointFiles } from './files.ts';

interface Change {
  readonly config?: Record<string, unknown>;
  readonly weights?: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
}

function files(fixture: string, { config = {}, weights }: Change = {}): CheckpointFiles {
  return {
    readText: async (name) => {
      const text = readFixtureText(`${fixture}/${name}`);
      return name === 'config.json' ? JSON.stringify({ ...JSON.parse(text), ...config }) : text;
    },
    readBytes: async (name) => {
      const bytes = readFixtureBytes(`${fixture}/${name}`);
      return weights === undefined ? bytes : weights(bytes);
    },
  };
}

function load(source: CheckpointFiles, signal = new AbortController().signal) {
  return loadVisionCheckpoint(source, { signal, onBytes: () => undefined });
}

/** Renames a tensor in the header, to a name of the same length. */
function rename(from: string, to: string) {
  return (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
    const text = Buffer.from(bytes).toString('latin1').replace(from, to);
    return Uint8Array.from(Buffer.from(text, 'latin1'));
  };
}

describe('loadVisionCheckpoint', () => {
  beforeAll(() => useNodeBackend('cpu'));

  it('says what the model is', async () => {
    const model = await load(files('deit-distilled'));
    expect(model.info).toMatchObject({
      modelType: 'deit',
      layerCount: 3,
      headCount: 3,
      specialTokens: ['[CLS]', '[DIST]'],
      input: {
        width: 32,
        height: 32,
        channelCount: 3,
        patchWidth: 8,
        patchHeight: 8,
        referenceCropX: 32 / 36,
      },
    });
    expect(model.info.labels).toHaveLength(7);
    model.dispose();
  });

  it('has no labels without a head', async () => {
    const model = await load(files('vit-headless-pooler'));
    expect(model.info.labels).toEqual([]);
    const { attention, inputs, logits } = await model.forward(new Float32Array(3 * 32 * 32));
    expect(logits).toBeNull();
    tf.dispose([attention, inputs]);
    model.dispose();
  });

  it.each<[string, Change, string, RegExp]>([
    [
      'a missing tensor',
      { weights: rename('"vit.layernorm.bias"', '"vit.layernorm.bios"') },
      'weights-invalid',
      /missing: vit\.layernorm\.bias/,
    ],
    [
      'a missing head, where the architecture has one',
      { weights: rename('"classifier.weight"', '"classifier.height"') },
      'weights-invalid',
      /missing: classifier\.weight/,
    ],
    [
      'another width than the weights have',
      { config: { hidden_size: 48 } },
      'weights-invalid',
      /embeddings\.cls_token: expected \[1, 1, 48\], got \[1, 1, 24\]/,
    ],
    [
      'another number of labels than the head has',
      { config: { id2label: { 0: 'a' } } },
      'weights-invalid',
      /classifier\.weight: expected \[1, 24\], got \[7, 24\]/,
    ],
    [
      'more layers than there are',
      { config: { num_hidden_layers: 4 } },
      'weights-invalid',
      /layer\.3/,
    ],
    [
      'weights cut short',
      { weights: (bytes) => bytes.slice(0, -100) },
      'weights-invalid',
      /expected \d+ bytes, got \d+/,
    ],
    [
      'a page in place of the weights',
      { weights: () => Uint8Array.from(Buffer.from('<!doctype html><title>404</title>')) },
      'weights-invalid',
      /header of \d+ bytes/,
    ],
    [
      'a weight that is no number',
      {
        weights: (bytes) => {
          // The last four bytes are those of the last tensor's last weight.
          bytes.set([0, 0, 0xc0, 0x7f], bytes.length - 4);
          return bytes;
        },
      },
      'weights-invalid',
      /not finite: vit\.layernorm\.weight/,
    ],
    [
      'a model of another type',
      { config: { model_type: 'swin' } },
      'model-unsupported',
      /model_type/,
    ],
  ])('rejects %s, and leaves nothing on the device', async (_, change, code, detail) => {
    const before = tf.memory().numTensors;
    const error: unknown = await load(files('vit-patch4', change)).catch((error: unknown) => error);
    if (!(error instanceof HeedFailure)) throw error;
    expect(error.failure.code).toBe(code);
    expect(error.failure.detail ?? '').toMatch(detail);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops when it is no longer wanted', async () => {
    const before = tf.memory().numTensors;
    await expect(load(files('vit-patch4'), AbortSignal.abort())).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('ends a forward pass between layers, and leaves nothing of it', async () => {
    const model = await load(files('vit-patch4'));
    const before = tf.memory().numTensors;
    const seen: number[] = [];
    const pass = model.forward(new Float32Array(3 * 32 * 32), {
      onLayer: (layer) => {
        seen.push(layer);
        if (layer === 2) throw new Error('no longer wanted');
      },
    });
    await expect(pass).rejects.toThrow('no longer wanted');
    expect(seen).toEqual([0, 1, 2]);
    expect(tf.memory().numTensors).toBe(before);
    await expect(model.forward(new Float32Array(5))).rejects.toThrow(RangeError);
    model.dispose();
  });
});
