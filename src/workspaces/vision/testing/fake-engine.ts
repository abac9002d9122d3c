import type { Engine } from '../../../engine/client.ts';
import { CancelledError } from '../../../engine/errors.ts';
import type { Call, Calls, VisionModelInfo, VisionRun } from '../../../engine/protocol.ts';
import { createGeometry } from '../../../math/geometry.ts';
import type { Picture } from '../picture/decode.ts';
import { VisionSession } from '../session.ts';

const input = {
  width: 8,
  height: 8,
  channelCount: 3,
  patchWidth: 4,
  patchHeight: 4,
  referenceCropX: 1,
  referenceCropY: 1,
};

export const tinyModel: VisionModelInfo = {
  kind: 'vision',
  identity: 'models/tiny/',
  precision: 'float32',
  notKept: null,
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

export class FakeBitmap {
  closed = false;
  readonly width = 16;
  readonly height = 12;
  close(): void {
    this.closed = true;
  }
}

export function fakePicture(name: string): Picture {
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

export type Answers = Partial<{
  [C in Call]: (args: Calls[C]['args']) => Promise<Calls[C]['result']> | Calls[C]['result'];
}>;

/** A run of the tiny model on a picture of 2 × 2 patches. */
export function fakeRun(run: number, probabilities: readonly number[]): VisionRun {
  return {
    run,
    geometry: createGeometry(16, 12, input, { mode: 'crop' }),
    layerCount: 4,
    headCount: 2,
    tokenCount: 5,
    specialTokens: ['[CLS]'],
    probabilities: Float32Array.from(probabilities),
    rows: new Float32Array(4 * 2 * 5).fill(0.2),
    keptLayerCount: 4,
    runMs: 12,
  };
}

/** An engine that answers what a test says, and remembers what it was asked. */
export function fakeEngine(answers: Answers = {}) {
  const asked: { call: Call; args: unknown }[] = [];
  let lastRun = 0;
  const run = (): VisionRun => fakeRun((lastRun += 1), [0.7, 0.3]);
  const all: Answers = {
    runVision: run,
    runChanged: () => fakeRun((lastRun += 1), [0.4, 0.6]),
    applyLens: () => ({
      queryCount: 5,
      keyCount: 5,
      values: new Float32Array(25).fill(0.2),
      extent: { min: 0.2, max: 0.2, smallestPositive: 0.2 },
    }),
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
      const signal = options?.signal;
      // As the real one: a call ends at once when it is aborted.
      const aborted = new Promise<never>((_, reject) => {
        signal?.addEventListener('abort', () => reject(new CancelledError()));
      });
      const value = await Promise.race([answer(args), aborted]);
      if (signal?.aborted) throw new CancelledError();
      return value;
    },
    dispose: () => {},
  };
  return { engine, asked, calls: () => asked.map(({ call }) => call) };
}

/** A session with a model and a picture. */
export function setUp(answers: Answers = {}) {
  const fake = fakeEngine(answers);
  const session = new VisionSession(fake.engine, { forced: null, allowSoftwareAdapter: false });
  const { main } = session.store.getState();
  session.store.setState({ model: tinyModel, main: { ...main, picture: fakePicture('cat') } });
  return { session, ...fake, state: () => session.store.getState() };
}
