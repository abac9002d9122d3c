import { expect, it } from 'vitest';
import { HeedFailure } from './failure.ts';
import { TraceStore } from './trace-store.ts';

class CountedTrace {
  disposed = 0;
  readonly dispose = (): void => {
    this.disposed += 1;
  };
}

function countFrom(first: number): () => number {
  let next = first;
  return () => next++;
}

const nothing = async (): Promise<null> => null;

it('keeps the last trace of each slot', async () => {
  const store = new TraceStore<CountedTrace>(countFrom(10));
  const [first, second, other] = [new CountedTrace(), new CountedTrace(), new CountedTrace()];
  expect(store.add(first, 'main')).toBe(10);
  expect(store.add(other, 'compare')).toBe(11);
  expect(store.add(second, 'main')).toBe(12);
  expect([first.disposed, second.disposed, other.disposed]).toEqual([1, 0, 0]);
  expect(store.count).toBe(2);
  await expect(store.use(10, nothing)).rejects.toThrow(HeedFailure);
  expect(await store.use(11, async (trace) => trace)).toBe(other);
});

it('disposes of a released trace once, and not before its readers have ended', async () => {
  const store = new TraceStore<CountedTrace>(countFrom(1));
  const trace = new CountedTrace();
  const run = store.add(trace, 'main');
  const gate = new AbortController();
  const reader = new Promise<void>((resolve) => {
    gate.signal.addEventListener('abort', () => resolve());
  });
  const readings = [store.use(run, () => reader), store.use(run, () => reader)];
  store.release(run);
  store.release(run);
  expect(trace.disposed).toBe(0);
  gate.abort();
  await Promise.all(readings);
  expect(trace.disposed).toBe(1);
});

it('lets go of a trace whose reader failed', async () => {
  const store = new TraceStore<CountedTrace>(countFrom(1));
  const trace = new CountedTrace();
  const run = store.add(trace, 'main');
  const reading = store.use(run, () => Promise.reject(new Error('no')));
  store.clear();
  await expect(reading).rejects.toThrow('no');
  expect(trace.disposed).toBe(1);
  expect(store.count).toBe(0);
});
