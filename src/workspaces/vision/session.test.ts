// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Engine } from '../../engine/client.ts';
import { CancelledError, EngineError } from '../../engine/errors.ts';
import type {
  Call,
  Calls,
  LensRequest,
  VisionModelInfo,
  VisionRun,
} from '../../engine/protocol.ts';
import { createGeometry } from '../../math/geometry.ts';
import type { Picture } from './picture/decode.ts';
import { VisionSession } from './session.ts';
import { initialView } from './state.ts';

const input = {
  width: 8,
  height: 8,
  channelCount: 3,
  patchWidth: 4,
  patchHeight: 4,
  referenceCropX: 1,
  referenceCropY: 1,
};

const model: VisionModelInfo = {
  kind: 'vision',
  name: 'tiny',
  modelType: 'vit',
  parameterCount: 1,
  layerCount: 4,
  headCount: 2,
  input,
  specialTokens: ['[CLS]'],
  labels: ['a', 'b'],
  labelAliases: [],
  lenses: [
    {
      id: 'raw',
      title: 'Raw attention',
      question: '',
      formula: '',
      source: { title: '', url: '' },
      limits: '',
      usesLayer: true,
      usesHead: true,
      usesTarget: false,
      unavailable: null,
      signed: false,
      unit: 'probability',
      parameters: [
        {
          kind: 'choice',
          key: 'fusion',
          label: 'Head fusion',
          help: '',
          choices: [],
          initial: 'one',
        },
      ],
    },
  ],
  bytes: 1,
  cached: false,
  loadMs: 1,
  warmUpMs: 1,
};

class FakeBitmap {
  closed = false;
  readonly width = 16;
  readonly height = 12;
  close(): void {
    this.closed = true;
  }
}

function picture(name: string): Picture {
  const pixels = new FakeBitmap();
  return {
    name,
    sampleId: null,
    pixels,
    display: new FakeBitmap(),
    width: 16,
    height: 12,
    note: null,
  };
}

type Answers = Partial<{
  [C in Call]: (args: Calls[C]['args']) => Promise<Calls[C]['result']> | Calls[C]['result'];
}>;

/** An engine that answers what a test says, and remembers what it was asked. */
function fakeEngine(answers: Answers = {}) {
  const asked: { call: Call; args: unknown }[] = [];
  let lastRun = 0;
  const run = (): VisionRun => ({
    run: ++lastRun,
    geometry: createGeometry(16, 12, input, { mode: 'crop' }),
    layerCount: 4,
    headCount: 2,
    tokenCount: 5,
    specialTokens: ['[CLS]'],
    probabilities: Float32Array.of(0.7, 0.3),
    rows: new Float32Array(4 * 2 * 5).fill(0.2),
    runMs: 12,
  });
  const all: Answers = {
    runVision: run,
    applyLens: () => ({ queryCount: 5, keyCount: 5, values: new Float32Array(25).fill(0.2) }),
    readQuery: () => new Float32Array(40).fill(0.2),
    headStatistics: () => ({ entropy: new Float32Array(8), meanDistance: new Float32Array(8) }),
    release: () => null,
    ...answers,
  };
  const engine: Engine = {
    call: async (name, args, options) => {
      asked.push({ call: name, args });
      const answer = all[name];
      if (!answer) throw new Error(`not expected: ${name}`);
      const value = await answer(args);
      if (options?.signal?.aborted) throw new CancelledError();
      return value;
    },
    dispose: () => {},
  };
  return { engine, asked, calls: () => asked.map(({ call }) => call) };
}

function setUp(answers: Answers = {}) {
  const fake = fakeEngine(answers);
  const session = new VisionSession(fake.engine, { forced: null, allowSoftwareAdapter: false });
  const { main } = session.store.getState();
  session.store.setState({ model, main: { ...main, picture: picture('cat') } });
  return { session, ...fake, state: () => session.store.getState() };
}

beforeEach(() => {
  vi.stubGlobal('createImageBitmap', async () => new FakeBitmap());
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it('a run brings rows, map, matrix and statistics, and ends ready', async () => {
  const { session, state, calls } = setUp();
  await session.rerun();
  expect(state().activity).toEqual({ kind: 'ready' });
  expect(state().rows).toHaveLength(40);
  expect(state().main.matrix?.queryCount).toBe(5);
  expect(state().headMatrix).not.toBeNull();
  expect(state().statistics).not.toBeNull();
  expect(calls().filter((call) => call === 'runVision')).toHaveLength(1);
});

it('a map that was seen is not asked for again', async () => {
  const { session, asked, state } = setUp();
  await session.rerun();
  const lensCalls = () =>
    asked.filter(({ call }) => call === 'applyLens').map(({ args }) => (args as LensRequest).head);
  const shows = (head: number) =>
    vi.waitFor(() => expect(state().main.matrixView?.head).toBe(head));
  session.setView({ head: 0 });
  await shows(0);
  session.setView({ head: initialView.head });
  await shows(initialView.head);
  session.setView({ head: 0 });
  await shows(0);
  expect(lensCalls()).toEqual([initialView.head, 0]);
});

it('a failed run becomes the alert and leaves the last result', async () => {
  let fails = false;
  const good = fakeEngine();
  const { session, state } = setUp({
    runVision: (args) => {
      if (fails) throw new EngineError({ code: 'out-of-memory', message: 'Memory is full.' });
      return good.engine.call('runVision', args);
    },
  });
  await session.rerun();
  const { run } = state().main;
  fails = true;
  await session.rerun();
  expect(state().alert).toBe('Memory is full.');
  expect(state().main.run).toBe(run);
  expect(state().activity).toEqual({ kind: 'ready' });
});

it('after the device was lost everything runs once more, and the page says so', async () => {
  const { session, state, calls } = setUp();
  await session.rerun();
  const backend = { name: 'wasm', detail: '2 threads', softwareAdapter: false } as const;
  session.handleEngineEvent({ type: 'backend-recovered', backend, reason: 'driver reset' });
  await vi.waitFor(() => expect(state().notice).toContain('started again on WASM (driver reset)'));
  expect(state().backend).toBe(backend);
  expect(calls().filter((call) => call === 'runVision')).toHaveLength(2);
});

it('a newer fit cancels the older run', async () => {
  const { session, state } = setUp();
  await session.rerun();
  session.setFit({ mode: 'pad' });
  session.setFit({ mode: 'stretch' });
  await vi.waitFor(() => expect(state().activity).toEqual({ kind: 'ready' }));
  expect(state().runTimes).toHaveLength(2);
  expect(state().alert).toBeNull();
});

it('comparing with the same picture needs no run of its own', async () => {
  const { session, state, calls } = setUp();
  await session.rerun();
  session.openCompare();
  await vi.waitFor(() => expect(state().compare?.matrix).not.toBeNull());
  expect(state().compare?.run).toBe(state().main.run);
  expect(calls().filter((call) => call === 'runVision')).toHaveLength(1);
  session.closeCompare();
  expect(state().compare).toBeNull();
  expect(calls()).not.toContain('release');
});
