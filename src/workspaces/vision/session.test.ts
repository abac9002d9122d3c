// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EngineError } from '../../engine/errors.ts';
import type { LensRequest } from '../../engine/protocol.ts';
import { writeLink } from './link.ts';
import { embeddedModel } from './embedded-model.ts';
import { initialView } from './state.ts';
import { FakeBitmap, fakeEngine, setUp, tinyModel } from './testing/fake-engine.ts';

beforeEach(() => {
  vi.stubGlobal('createImageBitmap', async () => new FakeBitmap());
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it('a run brings rows, map, matrix and statistics, and ends ready', async () => {
  const { session, state, calls } = setUp();
  await session.pictures.rerun();
  expect(state().activity).toEqual({ kind: 'ready' });
  expect(state().rows).toHaveLength(40);
  expect(state().main.matrix?.queryCount).toBe(5);
  expect(state().headMatrix).not.toBeNull();
  expect(state().statistics).not.toBeNull();
  expect(calls().filter((call) => call === 'runVision')).toHaveLength(1);
});

it('a map that was seen is not asked for again', async () => {
  const { session, asked, state } = setUp();
  await session.pictures.rerun();
  const lensCalls = () =>
    asked.filter(({ call }) => call === 'applyLens').map(({ args }) => (args as LensRequest).head);
  const shows = (head: number) =>
    vi.waitFor(() => expect(state().main.matrixView?.head).toBe(head));
  session.view.setView({ head: 0 });
  await shows(0);
  session.view.setView({ head: initialView.head });
  await shows(initialView.head);
  session.view.setView({ head: 0 });
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
  await session.pictures.rerun();
  const { run } = state().main;
  fails = true;
  await session.pictures.rerun();
  expect(state().alert).toBe('Memory is full.');
  expect(state().main.run).toBe(run);
  expect(state().activity).toEqual({ kind: 'ready' });
});

it('after the device was lost everything runs once more, and the page says so', async () => {
  const { session, state, calls } = setUp();
  await session.pictures.rerun();
  const backend = { name: 'wasm', detail: '2 threads', softwareAdapter: false } as const;
  session.handleEngineEvent({ type: 'backend-recovered', backend, reason: 'driver reset' });
  await vi.waitFor(() => expect(state().notice).toContain('started again on WASM (driver reset)'));
  expect(state().backend).toBe(backend);
  expect(calls().filter((call) => call === 'runVision')).toHaveLength(2);
});

it('a newer fit cancels the older run', async () => {
  const { session, state } = setUp();
  await session.pictures.rerun();
  session.pictures.setFit({ mode: 'pad' });
  session.pictures.setFit({ mode: 'stretch' });
  await vi.waitFor(() => expect(state().activity).toEqual({ kind: 'ready' }));
  expect(state().runTimes).toHaveLength(2);
  expect(state().alert).toBeNull();
});

it('comparing with the same picture needs no run of its own', async () => {
  const { session, state, calls } = setUp();
  await session.pictures.rerun();
  session.comparison.open();
  await vi.waitFor(() => expect(state().compare?.matrix).not.toBeNull());
  expect(state().compare?.run).toBe(state().main.run);
  expect(calls().filter((call) => call === 'runVision')).toHaveLength(1);
  session.comparison.close();
  expect(state().compare).toBeNull();
  expect(calls()).not.toContain('release');
});

const start = () => ({ name: 'cpu', detail: '', softwareAdapter: false }) as const;
const source = { kind: 'address', address: 'https://models.example/own/' } as const;
const own = { ...tinyModel, name: 'own', labels: [], layerCount: 4 };

it('a model that was opened begins anew on the same picture, and the link names it', async () => {
  const { session, state, calls } = setUp({ start });
  await session.pictures.rerun();
  session.view.setQuery(3);
  session.view.setTarget(1);
  session.comparison.open();
  await session.takeModel(own, source, null, 'It was not kept.');
  expect(state().model?.name).toBe('own');
  expect(state()).toMatchObject({ query: 0, target: null, compare: null, opened: source });
  expect(state().main.view).toMatchObject({ layer: 3, head: 0 });
  expect(state().main.picture?.name).toBe('cat');
  expect(state().activity).toEqual({ kind: 'ready' });
  expect(state().notice).toBe('It was not kept.');
  expect(calls().filter((call) => call === 'runVision')).toHaveLength(2);
  const link = writeLink(state());
  expect(new URLSearchParams(link).get('model')).toBe(source.address);
  expect(session.knowsModelOf(link)).toBe(true);
  expect(session.knowsModelOf('model=other/model')).toBe(false);
  expect(session.knowsModelOf(`${link}&precision=int8`)).toBe(false);
});

it('a link without a model brings Heed’s own back', async () => {
  const { session, state, asked } = setUp({ start, loadVisionModel: () => tinyModel });
  await session.pictures.rerun();
  await session.takeModel(own, source);
  await session.openLink('layer=2&lens=raw');
  expect(asked.find(({ call }) => call === 'loadVisionModel')?.args).toEqual({
    source: embeddedModel(),
  });
  expect(state()).toMatchObject({ opened: null, main: { view: { layer: 1 } } });
});

it('a model that cannot be run after all gives way to the one before it', async () => {
  const good = fakeEngine();
  const refused: string[] = [];
  let loaded = 'tiny';
  const { session, state } = setUp({
    start,
    loadVisionModel: () => {
      loaded = 'tiny';
      return tinyModel;
    },
    runVision: (args) => {
      if (loaded === 'tiny') return good.engine.call('runVision', args);
      refused.push(loaded);
      throw new EngineError({ code: 'out-of-memory', message: 'Memory is full.' });
    },
  });
  await session.pictures.rerun();
  loaded = 'own';
  await session.takeModel(own, source);
  expect(refused).toEqual(['own']);
  expect(state()).toMatchObject({ alert: 'Memory is full.', opened: null });
  expect(state().model?.name).toBe('tiny');
  expect(state().main.run).not.toBeNull();
});
