import { expect, it } from 'vitest';
import { historyOf, recorded, redone, undone } from './history.ts';

it('goes back and forward again', () => {
  const third = recorded(recorded(historyOf('a'), 'b'), 'c');
  expect(undone(third).present).toBe('b');
  expect(undone(undone(third)).present).toBe('a');
  expect(redone(undone(third))).toEqual(third);
});

it('stays at either end', () => {
  const start = historyOf(1);
  expect(undone(start)).toBe(start);
  expect(redone(start)).toBe(start);
});

it('forgets what was undone when something else is done', () => {
  const other = recorded(undone(recorded(historyOf('a'), 'b')), 'c');
  expect(redone(other)).toBe(other);
  expect(undone(other).present).toBe('a');
});

it('undoes the steps of one drag together, and no others', () => {
  let history = recorded(historyOf(0), 1);
  for (const value of [2, 3, 4]) history = recorded(history, value, 'scale of head 1');
  expect(undone(history).present).toBe(1);
  history = recorded(history, 5, 'scale of head 2');
  expect(undone(history).present).toBe(4);
  // After an undo the same slider begins a new step.
  history = recorded(undone(history), 6, 'scale of head 1');
  expect(undone(history).present).toBe(4);
});

it('a step to where it is is none', () => {
  const back = undone(recorded(historyOf('a'), 'b'));
  expect(recorded(back, 'a')).toBe(back);
});

it('keeps a bounded number of steps', () => {
  let history = historyOf(0);
  for (let step = 1; step <= 1000; step += 1) history = recorded(history, step);
  expect(history.past).toHaveLength(200);
  expect(undone(history).present).toBe(999);
});
