import { expect, it, vi } from 'vitest';
import { NewestWork } from './newest-work.ts';

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('ended'))));

const failing = (): Promise<void> => Promise.reject(new Error('no memory'));

it('the newest work of a name ends the older, of which no failure is told', async () => {
  const work = new NewestWork();
  const onError = vi.fn<(error: unknown) => void>();
  let first: AbortSignal | undefined;
  const older = work.run('map', (signal) => untilAborted((first = signal)), onError);
  const newer = work.run('map', async () => {}, onError);
  expect(first && work.isOvertaken('map', first)).toBe(true);
  expect(await Promise.all([older, newer])).toEqual([false, true]);
  expect(onError).not.toHaveBeenCalled();
  expect(work.has('map')).toBe(false);
});

it('work that is aborted is not under way any more, nor overtaken', async () => {
  const work = new NewestWork();
  let signal: AbortSignal | undefined;
  const ended = work.run(
    'map',
    (own) => untilAborted((signal = own)),
    () => {},
  );
  expect(work.has('map')).toBe(true);
  work.abortAll();
  expect(work.has('map')).toBe(false);
  expect(signal && work.isOvertaken('map', signal)).toBe(false);
  expect(await ended).toBe(false);
});

it('a failure is told', async () => {
  const onError = vi.fn<(error: unknown) => void>();
  expect(await new NewestWork().run('map', failing, onError)).toBe(true);
  expect(onError).toHaveBeenCalledExactlyOnceWith(new Error('no memory'));
});
