import { expect, it } from 'vitest';
import { SerialQueue } from './serial-queue.ts';

it('runs work in order, one at a time, and goes on after a failure', async () => {
  const queue = new SerialQueue();
  const seen: string[] = [];
  const work = (name: string, fails = false) =>
    queue.run(async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

it('begins at once where nothing else is under way', async () => {
  const queue = new SerialQueue();
  let begun = 0;
  const work = async () => {
    begun += 1;
  };
  const first = queue.run(work);
  expect(begun).toBe(1);
  const second = queue.run(work);
  expect(begun).toBe(1);
  await Promise.all([first, second]);
  expect(begun).toBe(2);
});
