// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Engine } from '../../engine/client.ts';
import { CancelledError, EngineError } from '../../engine/errors.ts';
import type { ModelSheet } from '../../engine/model-protocol.ts';
import type { Call, FailureCode } from '../../engine/protocol.ts';
import { followAddress } from './follow-address.ts';
import { type LoadedModel, ModelOpening } from './opening.ts';

const hub = 'http://127.0.0.1:9/';

const sheet: ModelSheet = {
  identity: 'hub:a/b@main',
  title: 'a/b',
  kind: 'vision',
  modelType: 'vit',
  parameterCount: 12_000,
  isEstimated: false,
  stacks: [{ stack: 'self', layerCount: 2, headCount: 3 }],
  input: { width: 32, height: 32, patchWidth: 8, patchHeight: 8 },
  labelCount: 0,
  vocabulary: null,
  storedAs: ['F32'],
  bytes: 48_000,
  memory: null,
  licence: null,
  isKept: false,
  unsupported: null,
};

type Answers = Partial<Record<Call, (args: unknown) => unknown>>;

/** An engine that answers what a test says, and ends calls that are aborted. */
function setUp(answers: Answers = {}) {
  const asked: { call: Call; args: unknown }[] = [];
  const all: Answers = {
    start: () => ({ name: 'cpu', detail: '', softwareAdapter: false }),
    setAccessToken: () => null,
    inspectModel: () => sheet,
    loadVisionModel: () => ({ kind: 'vision', identity: sheet.identity, notKept: null }),
    loadTranslationModel: () => ({ kind: 'translation', identity: 'x', notKept: null }),
    listKeptModels: () => ({ models: [], usedBytes: null, quotaBytes: null }),
    ...answers,
  };
  const call = (async (name: Call, args: unknown, options?: { signal?: AbortSignal }) => {
    if (options?.signal?.aborted) throw new CancelledError();
    asked.push({ call: name, args });
    const aborted = new Promise<never>((_, reject) => {
      options?.signal?.addEventListener('abort', () => reject(new CancelledError()));
    });
    return Promise.race([all[name]?.(args), aborted]);
  }) as Engine['call'];
  const shown: LoadedModel[] = [];
  const incoming: (string | null)[] = [];
  const opening = new ModelOpening({
    engine: { call, dispose: () => undefined },
    backend: { forced: null, allowSoftwareAdapter: false },
    workspaces: {
      whenLoaded: async () => undefined,
      show: async (loaded) => void shown.push(loaded),
      setIncoming: (words) => void incoming.push(words),
    },
  });
  opening.setHub(hub);
  return {
    opening,
    asked,
    shown,
    incoming,
    calls: () => asked.map(({ call: name }) => name),
    state: () => opening.store.getState(),
  };
}

function failing(code: FailureCode, message: string) {
  return () => Promise.reject(new EngineError({ code, message }));
}

beforeEach(() => vi.stubGlobal('requestAnimationFrame', (done: () => void) => setTimeout(done)));
afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

it('a small model is loaded at one press, after its sheet', async () => {
  const { opening, calls, shown, state, incoming } = setUp();
  opening.setText('a/b@v2');
  await opening.openText(true);
  expect(calls()).toEqual(['start', 'inspectModel', 'loadVisionModel']);
  expect(shown).toMatchObject([{ source: { kind: 'hub', hub, id: 'a/b', revision: 'v2' } }]);
  expect(state()).toMatchObject({ isOpen: false, stage: { kind: 'choosing' }, alert: null });
  expect(incoming.at(-1)).toBeNull();
});

it('who looks first decides then, and how weights are kept', async () => {
  const { opening, asked, calls, state } = setUp();
  opening.setText('a/b');
  await opening.openText(false);
  expect(state().stage.kind).toBe('asking');
  expect(calls()).not.toContain('loadVisionModel');
  opening.setPrecision('int8');
  await opening.confirm();
  expect(asked.at(-1)).toMatchObject({ call: 'loadVisionModel', args: { precision: 'int8' } });
});

it('what may not fit, and much to fetch, is asked for again', async () => {
  const memory = {
    weights: { float32: 5e9, float16: 2.5e9, int8: 1.3e9 },
    activations: 0,
    attention: 0,
    available: 4e9,
    availableBecause: null,
  };
  for (const large of [{ memory }, { bytes: 2e9 }]) {
    const { opening, calls, state } = setUp({ inspectModel: () => ({ ...sheet, ...large }) });
    opening.setText('a/b');
    await opening.openText(true);
    expect(state().stage.kind).toBe('asking');
    expect(calls()).not.toContain('loadVisionModel');
  }
});

it('a model that cannot be run is never loaded', async () => {
  const unsupported = { field: 'config.json: model_type', message: 'No such type.' };
  const { opening, calls, state } = setUp({ inspectModel: () => ({ ...sheet, unsupported }) });
  opening.setText('a/b');
  await opening.openText(true);
  await opening.confirm();
  expect(state().stage).toMatchObject({ kind: 'asking', sheet: { unsupported } });
  expect(calls()).not.toContain('loadVisionModel');
});

it('hostile ids and addresses never reach the engine', async () => {
  const { opening, calls, state } = setUp();
  for (const text of ['../../etc', 'a/..', 'a b/c', '<script>alert(1)</script>', 'file:///etc/']) {
    opening.setText(text);
    await opening.openText(true);
    expect(state().alert).toContain('neither an id');
  }
  opening.setText('a/b');
  opening.setHub('http://elsewhere.example/');
  await opening.openText(true);
  expect(state().alert).toContain('https://');
  expect(calls()).toEqual([]);
});

it('cancelled at any stage, nothing is shown and no alert stands', async () => {
  for (const slow of ['inspectModel', 'loadVisionModel'] as const) {
    const { opening, shown, state, incoming } = setUp({ [slow]: () => new Promise(() => {}) });
    opening.setText('a/b');
    const opened = opening.openText(true);
    const kind = slow === 'inspectModel' ? 'inspecting' : 'loading';
    await vi.waitFor(() => expect(state().stage.kind).toBe(kind));
    opening.close();
    await opened;
    expect(shown).toEqual([]);
    expect(state()).toMatchObject({ isOpen: false, stage: { kind: 'choosing' }, alert: null });
    expect(incoming.at(-1)).toBeNull();
  }
});

it('of two wishes the later wins', async () => {
  const { opening, shown, calls } = setUp({
    inspectModel: (args) =>
      JSON.stringify(args).includes('a/first') ? new Promise(() => {}) : sheet,
  });
  opening.setText('a/first');
  const older = opening.openText(true);
  await vi.waitFor(() => expect(calls()).toContain('inspectModel'));
  opening.setText('a/second');
  await Promise.all([older, opening.openText(true)]);
  expect(shown).toMatchObject([{ source: { id: 'a/second' } }]);
});

it('a Hub that asks who one is opens the field of the token, which goes to it alone', async () => {
  let isKnown = false;
  const { opening, asked, state } = setUp({
    setAccessToken: (args) => {
      isKnown = (args as { token: string | null }).token === 'hf_secret';
      return null;
    },
    inspectModel: () => (isKnown ? sheet : failing('access-denied', 'This model is gated.')()),
  });
  opening.setText('a/b');
  await opening.openText(true);
  expect(state()).toMatchObject({ needsToken: true, alert: 'This model is gated.' });
  opening.setToken('hf_secret');
  await opening.openText(true);
  expect(state().isOpen).toBe(false);
  opening.setHub('https://another.example/');
  expect(state().token).toBe('');
  await opening.openText(true);
  const tokens = asked.flatMap(({ call, args }) => (call === 'setAccessToken' ? [args] : []));
  expect(tokens).toEqual([
    { hub, token: 'hf_secret' },
    { hub, token: null },
  ]);
  expect(JSON.stringify(localStorage)).not.toContain('hf_secret');
});

it('files say that no link can hold them', async () => {
  const { opening, shown } = setUp();
  const files = [{ path: 'vit/config.json', file: new File(['{}'], 'config.json') }];
  await opening.openFiles(async () => files);
  expect(shown).toMatchObject([{ source: { kind: 'files', files } }]);
  expect(shown[0]?.notice).toContain('link');
});

it('a link’s model is opened with the link’s settings, unless its workspace has it', async () => {
  const started: string[] = [];
  const workspace = {
    start: async (parameters: string) => void started.push(parameters),
    knowsModelOf: (parameters: string) => parameters.includes('a%2Fknown'),
  };
  const workspaces = { vision: workspace, translation: workspace };
  const { opening, shown, state, asked } = setUp();
  const follow = (hash: string, search = ''): Promise<void> =>
    followAddress({ hash, search }, opening, workspaces);
  await follow('#/vision?model=a%2Fknown');
  await follow('#/vision?layer=2');
  await follow('');
  expect(shown).toEqual([]);
  await follow('#/vision?model=a%2Fb&layer=2');
  await follow('', '?model=a/c');
  expect(shown).toMatchObject([
    { source: { id: 'a/b' }, parameters: 'model=a%2Fb&layer=2' },
    { source: { id: 'a/c' }, parameters: null },
  ]);
  expect(asked.filter(({ call }) => call === 'loadVisionModel')).toMatchObject([
    { args: { precision: 'float32' } },
    { args: { precision: 'float32' } },
  ]);
  await follow('#/vision?model=a%2Fd&precision=float16');
  expect(asked.at(-1)).toMatchObject({ args: { precision: 'float16' } });
  expect(started).toEqual([]);
  await follow('#/vision?model=files:vit%2312ab');
  expect(state().alert).toContain('no link can hold');
  await follow('#/vision?model=../../x');
  expect(state().alert).toContain('neither an id');
  expect(started).toEqual(['', '']);
});
