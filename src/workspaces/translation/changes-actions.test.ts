// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withHeadToggled, withTokens } from '../../engine/attention-changes.ts';
import type { Engine } from '../../engine/client.ts';
import { CancelledError } from '../../engine/errors.ts';
import { identityOf } from '../../engine/model-source.ts';
import type { Call, Calls } from '../../engine/protocol.ts';
import type { HypothesisResult, TokenizedText } from '../../engine/translation-protocol.ts';
import { TranslationSession } from './session.ts';
import { attentionInView, changedSentence } from './shown.ts';

function words(text: string): TokenizedText {
  const tokens = text.split(' ');
  const ids = tokens.map((token) => token.length);
  const indices = tokens.map((_, index) => index);
  const spans = tokens.map((): [number, number] => [0, 0]);
  return { text, ids, tokens, spans, special: tokens.map(() => false), words: indices };
}

function hypothesisOf(text: string): HypothesisResult {
  const target = words(text);
  const steps = target.ids.map((token) => ({ token, logProbability: -1, candidates: [] }));
  return { target, steps, score: -1, finished: true };
}

/** An engine that upper-cases, and under changes writes backwards. */
function fakeEngine() {
  const changedWith: Calls['translateChanged']['args'][] = [];
  const lensed: Calls['applyTranslationLens']['args'][] = [];
  const released: number[] = [];
  let runs = 0;
  const size = { layerCount: 2, headCount: 2 };
  const lens = {
    title: '',
    question: '',
    formula: '',
    source: { title: '', url: '' },
    limits: '',
    usesLayer: false,
    usesHead: false,
    usesTarget: false,
    unavailable: null,
    signed: false,
    unit: '',
    parameters: [],
  };
  const matrix = { queryCount: 2, keyCount: 2, values: Float32Array.of(1, 0, 0, 1) };
  const answers: { [C in Call]?: (args: Calls[C]['args']) => Calls[C]['result'] } = {
    start: () => ({ name: 'cpu', detail: 'test', softwareAdapter: false }),
    loadTranslationModel: ({ source }) => ({
      kind: 'translation',
      identity: identityOf(source),
      precision: 'float32',
      notKept: null,
      name: 'test',
      modelType: 'marian',
      parameterCount: 1,
      vocabularySize: 9,
      stacks: { encoder: size, decoder: size, cross: size },
      bestAlignment: null,
      languageCodes: [],
      longestSource: 9,
      longestTarget: 9,
      initialBeamCount: 4,
      lenses: [
        { id: 'raw', ...lens },
        { id: 'relevance', ...lens },
      ],
      bytes: 1,
      cached: false,
      loadMs: 1,
      warmUpMs: 1,
    }),
    translate: ({ model, text }) => {
      runs += 1;
      const sentence = { source: words(text), hypotheses: [hypothesisOf(text.toUpperCase())] };
      return { run: runs, model, sentences: [sentence], runMs: 1, firstTokenMs: 1 };
    },
    readStack: () => ({ ...size, ...matrix, values: new Float32Array(16) }),
    translateChanged: (args) => {
      changedWith.push(args);
      runs += 1;
      const old = hypothesisOf('OLD ONE');
      const sentence = { source: words('a dog'), hypotheses: [hypothesisOf('GOD A')] };
      const token = { before: -1, after: -2, totalVariation: 0.5, jensenShannon: 0.2 };
      return { run: runs, sentence, oldTarget: old, tokens: [token, token], runMs: 1 };
    },
    applyTranslationLens: (args) => {
      lensed.push(args);
      return matrix;
    },
    release: ({ run }) => {
      released.push(run);
      return null;
    },
  };
  const call: Engine['call'] = async (name, args, options) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (options?.signal?.aborted) throw new CancelledError();
    const answer = answers[name];
    if (!answer) throw new Error(`${name} was not expected`);
    return answer(args);
  };
  return { engine: { call, dispose: () => undefined }, changedWith, lensed, released };
}

async function started(link = 'text=a+dog') {
  const fake = fakeEngine();
  const session = new TranslationSession(fake.engine, {
    forced: null,
    allowSoftwareAdapter: false,
  });
  void session.start(link);
  await vi.advanceTimersByTimeAsync(2000);
  return { session, ...fake };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const head = { stack: 'cross', layer: 1, head: 0 } as const;

it('a change is run upon what is shown, and undone without a run', async () => {
  const { session, changedWith, released } = await started();
  session.changes.edit((changes) => withHeadToggled(changes, head));
  await vi.advanceTimersByTimeAsync(1000);
  expect(changedWith).toHaveLength(1);
  expect(changedWith[0]).toMatchObject({ run: 1, sentence: 0, hypothesis: 0, beamCount: 4 });
  const { changed, activity } = session.store.getState();
  expect(activity.kind).toBe('ready');
  expect(changed?.result.sentence.hypotheses[0]?.target.text).toBe('GOD A');
  session.changes.undo();
  await vi.advanceTimersByTimeAsync(1000);
  expect(session.store.getState().changed).toBeNull();
  expect(released).toEqual([2]);
  expect(changedWith).toHaveLength(1);
  session.changes.redo();
  await vi.advanceTimersByTimeAsync(1000);
  expect(changedWith).toHaveLength(2);
  session.changes.reset();
  expect(session.store.getState().changes.present.heads).toEqual([]);
});

it('of the steps of a drag the last one is run after the first', async () => {
  const { session, changedWith } = await started();
  for (let layer = 0; layer < 2; layer += 1)
    for (let index = 0; index < 2; index += 1)
      session.changes.edit((changes) => withHeadToggled(changes, { ...head, layer, head: index }));
  await vi.advanceTimersByTimeAsync(2000);
  expect(changedWith.map(({ changes }) => changes.heads.length)).toEqual([1, 4]);
  session.changes.edit((changes) => withHeadToggled(changes, head));
  await vi.advanceTimersByTimeAsync(20);
  session.changes.edit((changes) => withHeadToggled(changes, { ...head, head: 1 }));
  session.changes.edit((changes) => withHeadToggled(changes, { ...head, layer: 0 }));
  await vi.advanceTimersByTimeAsync(2000);
  expect(changedWith.map(({ changes }) => changes.heads.length)).toEqual([1, 4, 3, 1]);
});

it('another text keeps changes of heads, and forgets those of its tokens', async () => {
  const { session, changedWith } = await started();
  session.changes.edit((changes) => withTokens(withHeadToggled(changes, head), [1], true));
  await vi.advanceTimersByTimeAsync(1000);
  expect(changedWith.at(-1)?.changes.hiddenTokens).toEqual([1]);
  session.text.setText('three more words');
  await vi.advanceTimersByTimeAsync(3000);
  const last = changedWith.at(-1);
  expect(last?.changes).toMatchObject({
    hiddenTokens: [],
    heads: [{ layer: 1, head: 0, scale: 0 }],
  });
  expect(last?.run).not.toBe(1);
  expect(session.store.getState().activity.kind).toBe('ready');
});

it('a link’s changes are run, what does not fit is said', async () => {
  const { session, changedWith } = await started(
    'text=a+dog&heads=cross.2.1x0_cross.9.1x0&hidden=1_7&lens=relevance',
  );
  expect(changedWith.at(-1)?.changes).toMatchObject({
    heads: [{ stack: 'cross', layer: 1, head: 0, scale: 0 }],
    hiddenTokens: [1],
  });
  const { notice, lens } = session.store.getState();
  expect(notice).toMatch(/2 changes of the link/);
  expect(lens).toBe('relevance');
});

it('reads the attention of the old target and of the new translation, for each stack', async () => {
  const { session } = await started();
  session.changes.edit((changes) => withHeadToggled(changes, head));
  await vi.advanceTimersByTimeAsync(1000);
  const read = () => {
    const { changed } = session.store.getState();
    return [changed?.read, changed?.readNew].map((one) => [one?.stack, one?.hypothesis]);
  };
  expect(read()).toEqual([
    ['cross', 1],
    ['cross', 0],
  ]);
  session.view.setStack('encoder');
  await vi.advanceTimersByTimeAsync(1000);
  expect(read()).toEqual([
    ['encoder', 1],
    ['encoder', 0],
  ]);
  const state = session.store.getState();
  expect(attentionInView(state, 'changed')).toBe(state.changed?.readNew?.attention);
  expect(changedSentence(state.changed)?.target.text).toBe('GOD A');
});

it('a lens looks at the changed run while there is one, and at the weights again when it ends', async () => {
  const { session, lensed } = await started();
  session.view.setLens('relevance');
  await vi.advanceTimersByTimeAsync(1000);
  expect(lensed.map(({ run }) => run)).toEqual([1]);
  expect(session.store.getState().lensMap?.matrix.queryCount).toBe(2);
  session.changes.edit((changes) => withHeadToggled(changes, head));
  await vi.advanceTimersByTimeAsync(1000);
  expect(lensed.at(-1)).toMatchObject({ run: 2, sentence: 0, hypothesis: 1 });
  session.view.setWeightsOf('before');
  await vi.advanceTimersByTimeAsync(1000);
  expect(lensed.at(-1)).toMatchObject({ run: 1, hypothesis: 0 });
  const count = lensed.length;
  session.view.setStack('encoder');
  await vi.advanceTimersByTimeAsync(1000);
  expect(session.store.getState()).toMatchObject({ lens: 'raw', activity: { kind: 'ready' } });
  expect(lensed).toHaveLength(count);
});
