import { expect, it } from 'vitest';
import { Score } from './score.mjs';

it('counts the best label, the best five, and files that could not be read as wrong', () => {
  const score = new Score();
  score.add(7, { labels: [7, 1, 2, 3, 4] });
  score.add(7, { labels: [1, 2, 3, 4, 7] });
  score.add(7, { labels: [1, 2, 3, 4, 5] });
  score.add(7, { labels: [] });
  score.add(7, { unreadable: 'It is empty.' });
  score.add(0, { labels: [0] });
  expect(score.images).toBe(6);
  expect(score.unreadable).toBe(1);
  expect(score.top1).toBe(33.33);
  expect(score.top5).toBe(50);
});
