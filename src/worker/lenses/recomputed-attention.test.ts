import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { readVisionFixture } from '../../../e2e/harness/fixture-files.ts';
import { type FixtureRun, runFixture } from '../../../e2e/harness/fixture-model.ts';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { expectClose } from '../../../e2e/harness/numbers.ts';
import type { LensId, LensOptions } from '../../engine/protocol.ts';
import { type AttentionChanges, noChanges } from '../../engine/what-if-protocol.ts';
import { measureHeadImportance } from '../measure/head-importance.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';
import { readHeadStatistics } from './head-statistics.ts';
import { readQuery } from './query-rows.ts';
import { findLens } from './registry.ts';

vi.setConfig({ testTimeout: 60_000 });

const context = { signal: new AbortController().signal, onProgress: () => undefined };
const lenses: readonly (readonly [LensId, LensOptions])[] = [
  ['raw', {}],
  ['raw', { fusion: 'max' }],
  ['rollout', {}],
  ['rollout', { discardRatio: 0.5, fusion: 'min' }],
  ['gradient-rollout', {}],
  ['relevance', {}],
  ['value-norm', {}],
  ['value-norm', { fusion: 'sum' }],
  ['input-gradient', {}],
];
const head = { stack: 'self', layer: 1, head: 1, scale: 0.5, replacement: null } as const;
const changed: AttentionChanges = {
  heads: [
    { ...head, replacement: { kind: 'permuted', seed: 3 } },
    { ...head, layer: 0, head: 2, scale: 1, replacement: { kind: 'temperature', temperature: 2 } },
  ],
  cuts: [{ stack: 'self', layer: 0, head: null, query: 5, key: 6 }],
  hiddenTokens: [9],
};

/** All that is read from a trace, by name. */
async function readAll(trace: VisionTrace): Promise<Map<string, Float32Array>> {
  const all = new Map<string, Float32Array>();
  for (const [lens, options] of lenses) {
    const request = { run: 1, lens, layer: 1, head: 1, target: 2, options };
    const { values } = await findLens(lens).apply(trace, request, context);
    all.set(`${lens} ${JSON.stringify(options)}`, values);
  }
  for (const query of [0, 5]) {
    all.set(`row ${query}`, await readQuery(trace, query, 'row'));
    all.set(`column ${query}`, await readQuery(trace, query, 'column'));
  }
  const { entropy, meanDistance } = await readHeadStatistics(trace);
  all.set('entropy', entropy);
  all.set('distance', meanDistance);
  all.set('importance', (await measureHeadImportance(trace, null, context)).without);
  for (let layer = 0; layer < trace.layerCount; layer++)
    all.set(`layer ${layer}`, await trace.openAttention(layer, readFloats));
  return all;
}

describe.each(
  NODE_BACKENDS.flatMap((backend) =>
    [noChanges, changed].map((changes) => [backend, changes] as const),
  ),
)('with no room for every layer, on %s', (backend, changes) => {
  let whole: FixtureRun;
  let expected: ReadonlyMap<string, Float32Array>;

  beforeAll(async () => {
    await useNodeBackend(backend);
    whole = await runFixture(readVisionFixture('deit-distilled'), changes);
    expected = await readAll(whole.trace);
  });
  afterAll(() => whole.dispose());

  it.each([0, 1, 2])('everything is as with room: %i layers are kept', async (layersKept) => {
    const before = tf.memory().numTensors;
    const { headCount, tokenCount } = whole.trace;
    const bytes = layersKept * 4 * headCount * tokenCount ** 2;
    const run = await runFixture(readVisionFixture('deit-distilled'), changes, bytes);
    const held = tf.memory().numBytes;
    const actual = await readAll(run.trace);
    expect([...actual.keys()]).toEqual([...expected.keys()]);
    for (const [name, values] of actual)
      expectClose(values, expected.get(name) ?? [], name === 'distance' ? 1e-3 : 1e-5);
    expect(tf.memory().numBytes).toBeLessThanOrEqual(held);
    run.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('the way back goes head by head and computes weights again where all are too many', async () => {
    const { model, trace } = whole;
    const options = { changes: trace.plan };
    const embedded = model.embed(trace.pixels);
    const [kept, forgotten] = [
      await model.record(embedded, options),
      await model.record(embedded, { ...options, mostKeptBytes: 1 }),
    ];
    const firstHeads: number[] = [];
    const atOnce = await model.differentiate(kept, 2, options);
    const byHead = await model.differentiate(forgotten, 2, {
      ...options,
      bytesAtOnce: 1,
      onGradient: (_, probs, gradient, firstHead) => {
        expect(probs.shape[0]).toBe(1);
        expect(gradient.shape).toEqual(probs.shape);
        firstHeads.push(firstHead);
      },
    });
    expectClose(byHead.dataSync(), atOnce.dataSync(), 1e-5);
    const { layerCount, headCount } = trace;
    const heads = Array.from({ length: headCount }, (_, index) => index);
    expect(firstHeads).toEqual(Array.from({ length: layerCount }, () => heads).flat());
    kept.dispose();
    forgotten.dispose();
    tf.dispose([embedded, atOnce, byHead]);
  });
});
