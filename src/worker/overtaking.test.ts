import { expect, it } from 'vitest';
import { Overtaking } from './overtaking.ts';

it('newer work ends the older of its kind, and no other', () => {
  const overtaking = new Overtaking<'run' | 'load'>();
  const { signal } = new AbortController();
  const run = overtaking.begin('run', signal);
  const load = overtaking.begin('load', signal);
  const newer = overtaking.begin('run', signal);
  expect([run, load, newer].map(({ aborted }) => aborted)).toEqual([true, false, false]);
});

it('work ends with the signal that it came with', () => {
  const call = new AbortController();
  const signal = new Overtaking<'run'>().begin('run', call.signal);
  call.abort('cancelled');
  expect(signal.reason).toBe('cancelled');
});
