// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  comparedRun,
  withHead,
  withHeadToggled,
  withTokens,
} from '../../engine/attention-changes.ts';
import { EngineError } from '../../engine/errors.ts';
import type { Calls } from '../../engine/protocol.ts';
import { noChanges, type AttentionChanges } from '../../engine/what-if-protocol.ts';
import { type Answers, FakeBitmap, fakePicture, setUp } from './testing/fake-engine.ts';

beforeEach(() => {
  vi.stubGlobal('createImageBitmap', async () => new FakeBitmap());
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const place = { stack: 'self', layer: 0, head: 0 } as const;
const off = (changes: AttentionChanges) => withHeadToggled(changes, place);

async function shown(answers: Answers = {}) {
  const set = setUp(answers);
  await set.session.pictures.rerun();
  const changedRuns = () =>
    set.asked
      .filter(({ call }) => call === 'runChanged')
      .map(({ args }) => args as Calls['runChanged']['args']);
  const settled = () => vi.waitFor(() => expect(set.state().activity).toEqual({ kind: 'ready' }));
  return { ...set, changedRuns, settled };
}

it('a change really runs, upon the unchanged run, and its run is shown', async () => {
  const { session, state, changedRuns, settled } = await shown();
  const base = state().baseRun;
  session.changes.edit(off);
  await settled();
  expect(changedRuns()).toEqual([
    { run: base?.run, changes: withHeadToggled(noChanges, place), query: 0 },
  ]);
  expect(state().main.run).not.toBe(base);
  expect(state().baseRun).toBe(base);
  expect(state().rows).toBe(state().main.run?.rows);
  expect(state().main.matrix).not.toBeNull();
});

it('without changes the unchanged run is shown again without a pass', async () => {
  const { session, state, changedRuns, settled } = await shown();
  session.changes.edit(off);
  await settled();
  session.changes.reset();
  await settled();
  expect(changedRuns()).toHaveLength(1);
  expect(state().main.run).toBe(state().baseRun);
  expect(state().shownChanges).toBe(noChanges);
  session.changes.undo();
  await settled();
  expect(changedRuns()).toHaveLength(2);
  session.changes.undo();
  session.changes.redo();
  await settled();
  expect(state().shownChanges.heads).toHaveLength(1);
});

it('of changes in a row the newest wins, and those between are never run', async () => {
  const { session, state, changedRuns, settled } = await shown();
  for (let scale = 0; scale <= 1.9; scale += 0.1)
    session.changes.edit((changes) => withHead(changes, place, { scale }), 'drag');
  await settled();
  expect(changedRuns().length).toBeLessThanOrEqual(2);
  expect(state().shownChanges).toEqual(state().changes.present);
  session.changes.undo();
  await settled();
  expect(state().main.run).toBe(state().baseRun);
});

it('a new run of the picture has the changes, and the compare pane has none', async () => {
  const { session, state, changedRuns, settled } = await shown();
  session.changes.edit(off);
  await settled();
  session.comparison.open();
  await session.pictures.rerun();
  expect(changedRuns().at(-1)?.run).toBe(state().baseRun?.run);
  expect(state().main.run).not.toBe(state().baseRun);
  expect(state().compare?.run).toBe(state().baseRun);
  expect(state().compare?.view.lens).toBe(state().main.view.lens);
});

it('what is changed while the picture runs is run after it', async () => {
  const { session, state, settled } = await shown();
  const running = session.pictures.rerun();
  session.changes.edit(off);
  await running;
  await settled();
  expect(state().shownChanges.heads).toHaveLength(1);
});

it('a failure is said and leaves the last run', async () => {
  const { session, state, settled } = await shown({
    runChanged: () => {
      throw new EngineError({ code: 'out-of-memory', message: 'Memory is full.' });
    },
  });
  session.changes.edit((changes) => withTokens(changes, [1], true));
  await vi.waitFor(() => expect(state().alert).toBe('Memory is full.'));
  await settled();
  expect(state().main.run).toBe(state().baseRun);
  expect(state().shownChanges).toBe(noChanges);
});

it('weights of another run are of the compared picture, and its own again without one', async () => {
  const { session, state, changedRuns, settled } = await shown();
  session.comparison.open();
  session.store.setState((before) => ({
    compare: before.compare && { ...before.compare, picture: fakePicture('dog') },
  }));
  await session.pictures.rerun();
  const compared = state().compare?.run?.run;
  session.changes.edit((changes) =>
    withHead(changes, place, { replacement: { kind: 'other-run', run: comparedRun } }),
  );
  await settled();
  expect(changedRuns().at(-1)?.changes.heads[0]?.replacement).toEqual({
    kind: 'other-run',
    run: compared,
  });
  session.comparison.close();
  await settled();
  expect(state().main.run).toBe(state().baseRun);
  expect(state().notice).toContain('No other picture is compared');
});
