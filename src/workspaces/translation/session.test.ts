// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Engine } from '../../engine/client.ts';
import { CancelledError, EngineError } from '../../engine/errors.ts';
import { identityOf } from '../../engine/model-source.ts';
import type { Call, Calls } from '../../engine/protocol.ts';
import type { TokenizedText, TranslationRun } from '../../engine/translation-protocol.ts';
import { TranslationSession } from './session.ts';

function words(text: string): TokenizedText {
  const tokens = text.split(' ');
  let start = 0;
  const spans = tokens.map((token) => {
    const span = [start, start + token.length] as const;
    start += token.length + 1;
    return span;
  });
  const indices = tokens.map((_, index) => index);
  return { text, ids: indices, tokens, spans, special: tokens.map(() => false), words: indices };
}

function runOf(run: number, model: string, text: string): TranslationRun {
  const target = words(text.toUpperCase());
  const steps = target.ids.map((token) => ({ token, logProbability: -0.5, candidates: [] }));
  const hypotheses = [{ target, steps, score: -0.5, finished: true }];
  return {
    run,
    model,
    sentences: [{ source: words(text), hypotheses }],
    runMs: 1,
    firstTokenMs: 1,
  };
}

/** An engine that upper-cases, refuses `bad`, and takes its time. */
function fakeEngine() {
  const calls: string[] = [];
  let runs = 0;
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
      stacks: { encoder: null, decoder: null, cross: { layerCount: 2, headCount: 2 } },
      bestAlignment: { layer: 1, head: 1, errorRate: 0.2 },
      languageCodes: [],
      longestSource: 9,
      longestTarget: 9,
      initialBeamCount: 4,
      lenses: [],
      bytes: 1,
      cached: false,
      loadMs: 1,
      warmUpMs: 1,
    }),
    translate: ({ model, text }) => {
      if (text === 'bad')
        throw new EngineError({ code: 'text-invalid', message: 'There is no text.' });
      runs += 1;
      return runOf(runs, model, text);
    },
    readStack: () => ({
      layerCount: 2,
      headCount: 2,
      queryCount: 1,
      keyCount: 1,
      values: Float32Array.of(1, 1, 1, 1),
    }),
  };
  const call: Engine['call'] = async (name, args, options) => {
    calls.push(name === 'translate' && 'text' in (args ?? {}) ? `translate ${textOf(args)}` : name);
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (options?.signal?.aborted) throw new CancelledError();
    const answer = answers[name];
    if (!answer) throw new Error(`${name} was not expected`);
    return answer(args);
  };
  return { engine: { call, dispose: () => undefined }, calls };
}

function textOf(args: unknown): string {
  return typeof args === 'object' && args !== null && 'text' in args ? String(args.text) : '';
}

async function started() {
  const { engine, calls } = fakeEngine();
  const session = new TranslationSession(engine, { forced: null, allowSoftwareAdapter: false });
  void session.start('text=a+dog');
  await vi.advanceTimersByTimeAsync(2000);
  calls.length = 0;
  return { session, calls };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('translates the link’s text and shows the head that aligns best', async () => {
  const { session } = await started();
  const { main, activity } = session.store.getState();
  expect(activity.kind).toBe('ready');
  expect(main.run?.sentences[0]?.hypotheses[0]?.target.text).toBe('A DOG');
  expect(main.heads.cross).toEqual({ layer: 1, head: 1, isMean: false });
  expect(main.read?.attention.headCount).toBe(2);
});

it('says that what a link compares with is not open', async () => {
  const { session } = await started();
  void session.openLink('text=a+dog&compare=org%2Fother');
  await vi.advanceTimersByTimeAsync(2000);
  const { notice, compare, activity } = session.store.getState();
  expect(activity.kind).toBe('ready');
  expect(compare).toBeNull();
  expect(notice).toMatch(/“org\/other”, which is not open/);
});

it('of many keystrokes the last one is translated, once', async () => {
  const { session, calls } = await started();
  for (let count = 1; count <= 50; count += 1) {
    session.text.setText('x'.repeat(count));
    await vi.advanceTimersByTimeAsync(40);
  }
  expect(session.store.getState().activity.kind).toBe('translating');
  await vi.advanceTimersByTimeAsync(2000);
  expect(calls.filter((name) => name.startsWith('translate'))).toEqual([
    `translate ${'x'.repeat(50)}`,
  ]);
  expect(session.store.getState().activity.kind).toBe('ready');
});

it('typing cancels what is under way', async () => {
  const { session } = await started();
  session.text.setText('first');
  await vi.advanceTimersByTimeAsync(320);
  session.text.setText('second');
  await vi.advanceTimersByTimeAsync(2000);
  const { main } = session.store.getState();
  expect(main.run?.sentences[0]?.source.text).toBe('second');
});

it('a failure is said in a sentence, and the last good result stays', async () => {
  const { session } = await started();
  session.text.setText('bad');
  await vi.advanceTimersByTimeAsync(2000);
  const { alert, main, activity } = session.store.getState();
  expect(alert).toBe('There is no text.');
  expect(main.run?.sentences[0]?.source.text).toBe('a dog');
  expect(activity.kind).toBe('ready');
});
