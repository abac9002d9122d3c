// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Calls } from '../../engine/protocol.ts';
import type { Faithfulness, HeadImportance } from '../../engine/what-if-protocol.ts';
import { figuresInView } from './faithfulness-of.ts';
import { FakeBitmap, setUp } from './testing/fake-engine.ts';

beforeEach(() => {
  vi.stubGlobal('createImageBitmap', async () => new FakeBitmap());
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const curves = {
  deletion: Float32Array.of(0.7, 0.1),
  insertion: Float32Array.of(0.1, 0.7),
  deletionArea: 0.4,
  insertionArea: 0.4,
  comprehensiveness: 0.5,
  sufficiency: 0.1,
};

function faithfulness(count: number): Faithfulness {
  return {
    target: 0,
    shares: Float32Array.of(0, 1),
    maps: Array.from({ length: count }, () => ({ ...curves, occlusionCorrelation: 0.25 })),
    random: [curves],
  };
}

const importance: HeadImportance = {
  target: 0,
  probability: 0.7,
  without: new Float32Array(8).fill(0.5),
  totalVariation: new Float32Array(8),
};

it('heads are measured for the label that is followed', async () => {
  const { session, state, asked } = setUp({ headImportance: () => importance });
  await session.pictures.rerun();
  session.view.setTarget(1);
  await session.measure.measureHeads();
  expect(asked.at(-1)).toEqual({
    call: 'headImportance',
    args: { run: state().main.run?.run, target: 1 },
  });
  expect(state().importance).toEqual({ run: state().main.run?.run, target: 1, result: importance });
  expect(state().measuring.heads).toBeNull();
});

it('the map in view is measured, and its figures go with it', async () => {
  const { session, state, asked } = setUp({
    measureFaithfulness: ({ maps }: Calls['measureFaithfulness']['args']) =>
      faithfulness(maps.length),
  });
  await session.pictures.rerun();
  session.measure.setRemoval('blur');
  await session.measure.measureFaithfulness('view');
  expect(asked.at(-1)?.args).toMatchObject({
    target: 0,
    removal: 'blur',
    maps: [{ query: 0, request: { lens: 'raw', layer: 2, head: 3, target: 0 } }],
  });
  expect(figuresInView(state())?.occlusionCorrelation).toBe(0.25);
  session.view.setView({ head: 0 });
  expect(figuresInView(state())).toBeNull();
  expect(state().faithfulness?.views[0]?.words).toBe('Layer 3, head 4, raw attention');
});

it('a model of few patches has no more steps than patches', async () => {
  const steps: number[] = [];
  const { session } = setUp({
    measureFaithfulness: ({ maps, stepCount }: Calls['measureFaithfulness']['args']) => {
      steps.push(stepCount);
      return faithfulness(maps.length);
    },
  });
  await session.pictures.rerun();
  await session.measure.measureFaithfulness('view');
  expect(steps[0]).toBe(4);
});

it('the curves are shown before the comparison with occlusion, and stay if that is cancelled', async () => {
  const never = new Promise<never>(() => undefined);
  const flat = { ...faithfulness(1), maps: [{ ...curves, occlusionCorrelation: null }] };
  const { session, state } = setUp({
    measureFaithfulness: ({ scansOcclusion }: Calls['measureFaithfulness']['args']) =>
      scansOcclusion ? never : flat,
  });
  await session.pictures.rerun();
  void session.measure.measureFaithfulness('view');
  await vi.waitFor(() => expect(state().faithfulness).not.toBeNull());
  expect(state().faithfulness?.isCompared).toBe(false);
  expect(state().measuring.faithfulness).not.toBeNull();
  session.measure.cancel('faithfulness');
  await vi.waitFor(() => expect(state().measuring.faithfulness).toBeNull());
  expect(state().faithfulness?.result).toEqual(flat);
});

it('a cancelled measurement leaves the last figures', async () => {
  let isSlow = false;
  const never = new Promise<never>(() => undefined);
  const { session, state } = setUp({
    measureFaithfulness: () => (isSlow ? never : faithfulness(1)),
  });
  await session.pictures.rerun();
  await session.measure.measureFaithfulness('view');
  const last = state().faithfulness;
  isSlow = true;
  void session.measure.measureFaithfulness('view');
  await vi.waitFor(() => expect(state().measuring.faithfulness).not.toBeNull());
  session.measure.cancel('faithfulness');
  await vi.waitFor(() => expect(state().measuring.faithfulness).toBeNull());
  expect(state().faithfulness).toBe(last);
  expect(state().alert).toBeNull();
});

it('figures of one picture are not another’s', async () => {
  const { session, state } = setUp({
    headImportance: () => importance,
    measureFaithfulness: () => faithfulness(1),
  });
  await session.pictures.rerun();
  await session.measure.measureHeads();
  await session.measure.measureFaithfulness('view');
  await session.pictures.rerun();
  expect(state().importance).toBeNull();
  expect(state().faithfulness).toBeNull();
});
