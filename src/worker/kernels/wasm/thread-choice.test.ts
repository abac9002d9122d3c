import { describe, expect, it } from 'vitest';

import { ThreadChoice } from './thread-choice.ts';

/** What is chosen for so many steps, where one thread and all take so long. */
function choices(choice: ThreadChoice, count: number, aloneMs: number, sharedMs: number): number[] {
  return Array.from({ length: count }, () => {
    const threads = choice.next();
    choice.record(threads === 1 ? aloneMs : sharedMs);
    return threads;
  });
}

const share = (chosen: readonly number[], threads: number): number =>
  chosen.filter((count) => count === threads).length / chosen.length;

describe('ThreadChoice', () => {
  it('tries both, and stays with threads where they are faster', () => {
    const chosen = choices(new ThreadChoice(2), 200, 1, 0.6);
    expect(new Set(chosen.slice(0, 6))).toEqual(new Set([1, 2]));
    expect(share(chosen, 2)).toBeGreaterThan(0.9);
  });

  it('stays alone where threads wait for a core', () => {
    expect(share(choices(new ThreadChoice(4), 200, 1, 5), 1)).toBeGreaterThan(0.9);
  });

  it('stays alone where threads save next to nothing', () => {
    expect(share(choices(new ThreadChoice(2), 200, 1, 0.95), 1)).toBeGreaterThan(0.9);
  });

  it('is not moved by single steps that wait', () => {
    const choice = new ThreadChoice(2);
    const chosen = Array.from({ length: 200 }, (_, step) => {
      const threads = choice.next();
      // Threads that wake up, and now and then a step that has to wait for a core.
      choice.record((step === 0 || step % 7 === 0 ? 20 : 1) * (threads === 1 ? 1 : 0.6));
      return threads;
    });
    expect(share(chosen, 2)).toBeGreaterThan(0.85);
  });

  it('changes its mind with the machine', () => {
    const choice = new ThreadChoice(2);
    choices(choice, 100, 1, 5);
    choices(choice, 400, 1, 0.6);
    expect(share(choices(choice, 100, 1, 0.6), 2)).toBeGreaterThan(0.9);
  });

  it('keeps its threads where something else held a core for a moment', () => {
    const choice = new ThreadChoice(2);
    choices(choice, 100, 1, 0.6);
    choices(choice, 6, 1.2, 3);
    expect(share(choices(choice, 40, 1, 0.6), 2)).toBeGreaterThan(0.85);
  });

  it('has no choice with one thread', () => {
    expect(share(choices(new ThreadChoice(1), 50, 1, 1), 1)).toBe(1);
  });
});
