import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  readFixtureText,
  readTensors,
  readVisionFixture,
} from '../../../e2e/harness/fixture-files.ts';
import { loadFixtureModel } from '../../../e2e/harness/fixture-model.ts';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import type { LensId, LensOptions } from '../../engine/protocol.ts';
import { noChanges } from '../../engine/what-if-protocol.ts';
import { FUSIONS, fuseHeads } from '../../math/fuse-heads.ts';
import { createGeometry } from '../../math/geometry.ts';
import { rollout } from '../../math/rollout.ts';
import { AttentionCache } from '../attention-cache.ts';
import { parseVitConfig, type VitConfig } from '../checkpoint/config.ts';
import { Safetensors } from '../checkpoint/safetensors.ts';
import { SharedModel } from '../shared-model.ts';
import type { WorkContext } from '../call-context.ts';
import { type TraceParts, VisionTrace } from '../trace.ts';
import { readHeadStatistics } from './head-statistics.ts';
import { readQuery } from './query-rows.ts';
import { describeLenses, findLens } from './registry.ts';

interface FixtureTrace {
  readonly trace: VisionTrace;
  readonly config: VitConfig;
  /** For each layer, [head, query, key]. */
  readonly layers: readonly Float32Array[];
}

/** The trace that a fixture's reference run would have left, with its model. */
async function createTraceOf(fixture: string): Promise<FixtureTrace> {
  const files = readVisionFixture(fixture);
  const model = new SharedModel(await loadFixtureModel(files));
  const expected = new Safetensors(files.expected);
  return model.use(async ({ config, input }) => {
    const shape: [number, number, number] = [
      config.headCount,
      config.tokenCount,
      config.tokenCount,
    ];
    const layers = Array.from({ length: config.layerCount }, (_, layer) =>
      expected.floats(`attentions.${layer}`, shape),
    );
    const trace = createTrace(layers, shape, {
      geometry: createGeometry(57, 44, input, { mode: 'stretch' }),
      specialTokens: config.specialTokens,
      probabilities: new Float32Array(config.labels.length),
      model,
    });
    return { trace, config, layers };
  });
}

/** A trace of attention alone. */
function createTrace(
  layers: readonly Float32Array[],
  [headCount, tokenCount, keyCount]: [number, number, number],
  parts: Pick<TraceParts, 'geometry' | 'specialTokens' | 'probabilities' | 'model'>,
): VisionTrace {
  const size = { layerCount: layers.length, headCount, tokenCount };
  const attention = new AttentionCache(Infinity).openRun(size);
  for (const [layer, probs] of layers.entries())
    attention.put(layer, tf.tensor3d(probs, [headCount, tokenCount, keyCount]));
  const pixels = new Float32Array();
  return new VisionTrace({
    ...parts,
    attention,
    hidden: [],
    pixels,
    changes: noChanges,
    plan: null,
  });
}

function context(): WorkContext {
  return { signal: new AbortController().signal, onProgress: () => undefined };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? NaN))));
}

const { layerCount, headCount, tokenCount, imageWidth, imageHeight } = parseVitConfig(
  readFixtureText('vit-patch4/config.json'),
);

describe.each(NODE_BACKENDS)('lenses on %s', (backend) => {
  let trace: VisionTrace;
  let layers: readonly Float32Array[] = [];
  let tensorCount = 0;

  beforeAll(() => useNodeBackend(backend));
  beforeEach(async () => {
    tensorCount = tf.memory().numTensors;
    ({ trace, layers } = await createTraceOf('vit-patch4'));
  });
  afterEach(() => {
    trace.dispose();
    trace.model.release();
    expect(tf.memory().numTensors).toBe(tensorCount);
  });

  const apply = (lens: LensId, options: LensOptions, layer = 0, head = 0) =>
    findLens(lens).apply(trace, { run: 1, lens, layer, head, target: null, options }, context());

  it('raw attention is the selected head, row by query', async () => {
    const { queryCount, keyCount, values } = await apply('raw', {}, 2, 1);
    expect([queryCount, keyCount]).toEqual([tokenCount, tokenCount]);
    const size = tokenCount ** 2;
    expect(values).toEqual(layers[2]?.slice(size, 2 * size));
  });

  it.each(FUSIONS)('raw attention of all heads: %s', async (fusion) => {
    const { values } = await apply('raw', { fusion }, 1, 0);
    const plain = fuseHeads(layers[1] ?? new Float32Array(), headCount, fusion);
    expect(largestDifference(values, plain)).toBeLessThan(1e-6);
  });

  it.each(
    FUSIONS.flatMap((fusion) =>
      [
        [0, 0.5, 1],
        [0.9, 0.5, 1],
        [0.4, 0.2, 2],
        [0.99, 0, 3],
      ].map(
        ([discard = 0, residual = 0, first = 0]) => [fusion, discard, residual, first] as const,
      ),
    ),
  )(
    'rollout equals its plain form: %s, discard %d, residual %d, from layer %i',
    async (fusion, discardRatio, residualWeight, firstLayer) => {
      const options = { fusion, discardRatio, residualWeight, firstLayer };
      const { values } = await apply('rollout', options);
      const fused = layers
        .slice(firstLayer - 1)
        .map((probs) => fuseHeads(probs, headCount, fusion));
      const plain = rollout(fused, { discardRatio, residualWeight });
      expect(largestDifference(values, plain)).toBeLessThan(1e-6);
    },
  );

  it('rollout of a layer of zeros is no NaN', async () => {
    const zeros = createTrace([new Float32Array(18)], [2, 3, 3], trace);
    const { values } = await findLens('rollout').apply(
      zeros,
      {
        run: 1,
        lens: 'rollout',
        layer: 0,
        head: 0,
        target: null,
        options: { residualWeight: 0 },
      },
      context(),
    );
    zeros.dispose();
    expect(largestDifference(values, new Float32Array(9).fill(1 / 3))).toBeLessThan(1e-6);
  });

  it.each<[string, LensId, LensOptions, number, number]>([
    ['a fusion', 'raw', { fusion: 'median' }, 0, 0],
    ['a fusion of another lens', 'rollout', { fusion: 'one' }, 0, 0],
    ['a ratio of 1', 'rollout', { discardRatio: 1 }, 0, 0],
    ['a weight that is no number', 'rollout', { residualWeight: 'half' }, 0, 0],
    ['a weight of NaN', 'rollout', { residualWeight: NaN }, 0, 0],
    ['a layer in between', 'rollout', { firstLayer: 1.5 }, 0, 0],
    ['a first layer beyond the last', 'rollout', { firstLayer: layerCount + 1 }, 0, 0],
    ['a layer', 'raw', {}, layerCount, 0],
    ['a head', 'raw', {}, 0, -1],
  ])('refuses %s that there is not', async (_, lens, options, layer, head) => {
    await expect(apply(lens, options, layer, head)).rejects.toMatchObject({
      failure: { code: 'bad-request' },
    });
  });

  it('reads a query’s row and column in every layer and head', async () => {
    const row = await readQuery(trace, 5, 'row');
    const column = await readQuery(trace, 5, 'column');
    expect(row.length).toBe(layerCount * headCount * tokenCount);
    for (let layer = 0; layer < layerCount; layer++) {
      for (let head = 0; head < headCount; head++) {
        for (let token = 0; token < tokenCount; token++) {
          const at = (layer * headCount + head) * tokenCount + token;
          const probs = layers[layer] ?? new Float32Array();
          expect(row[at]).toBe(probs[(head * tokenCount + 5) * tokenCount + token]);
          expect(column[at]).toBe(probs[(head * tokenCount + token) * tokenCount + 5]);
        }
      }
    }
    await expect(readQuery(trace, tokenCount, 'row')).rejects.toMatchObject({
      failure: { code: 'bad-request' },
    });
  });

  it('has statistics of every head, within what is possible', async () => {
    const { entropy, meanDistance } = await readHeadStatistics(trace);
    expect(entropy.length).toBe(layerCount * headCount);
    expect(meanDistance.length).toBe(layerCount * headCount);
    const diagonal = Math.hypot(imageWidth, imageHeight);
    for (const value of entropy) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(Math.log(tokenCount));
    }
    for (const value of meanDistance) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(diagonal);
    }
  });
});

interface RolloutCase {
  readonly key: string;
  readonly fusion: string;
  readonly discardRatio: number;
  readonly residual: number;
  readonly firstLayer: number;
}

describe.each(NODE_BACKENDS)('the reference computes the same on %s', (backend) => {
  const { fixtures, cases }: { fixtures: string[]; cases: RolloutCase[] } = JSON.parse(
    readFixtureText('rollout.json'),
  );
  const expected = readTensors('rollout.safetensors');

  beforeAll(() => useNodeBackend(backend));

  it.each(fixtures)('rollout and head statistics: %s', async (name) => {
    const { trace, config } = await createTraceOf(name);
    for (const { key, fusion, discardRatio, residual, firstLayer } of cases) {
      const { values } = await findLens('rollout').apply(
        trace,
        {
          run: 1,
          lens: 'rollout',
          layer: 0,
          head: 0,
          target: null,
          options: { fusion, discardRatio, residualWeight: residual, firstLayer: firstLayer + 1 },
        },
        context(),
      );
      const { tokenCount } = config;
      const reference = expected.floats(`${name}.${key}`, [tokenCount, tokenCount]);
      expect(largestDifference(values, reference), key).toBeLessThan(1e-5);
    }
    const statistics = await readHeadStatistics(trace);
    const shape = [config.layerCount, config.headCount];
    const entropy = expected.floats(`${name}.meanEntropy`, shape);
    expect(largestDifference(statistics.entropy, entropy)).toBeLessThan(1e-5);
    const distance = expected.floats(`${name}.distance`, shape);
    expect(largestDifference(statistics.meanDistance, distance)).toBeLessThan(1e-4);
    trace.dispose();
    trace.model.release();
  });
});

describe('every lens', () => {
  it.each(describeLenses({ layerCount: 6, labelCount: 5 }))('says what it is: $title', (lens) => {
    for (const text of [lens.question, lens.formula, lens.limits, lens.source.title, lens.unit]) {
      expect(text.trim()).not.toBe('');
    }
    expect(URL.canParse(lens.source.url)).toBe(true);
    for (const parameter of lens.parameters) {
      if (parameter.kind === 'range') {
        expect(parameter.initial).toBeGreaterThanOrEqual(parameter.min);
        expect(parameter.initial).toBeLessThanOrEqual(parameter.max);
      } else {
        expect(parameter.choices.map(({ value }) => value)).toContain(parameter.initial);
      }
    }
  });
});
