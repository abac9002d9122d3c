// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { withOnlyHead, withHeadToggled, withTokens } from '../../engine/attention-changes.ts';
import { noChanges } from '../../engine/what-if-protocol.ts';
import { fakeRun } from './testing/fake-engine.ts';
import { changesInWords, outputChange } from './what-changed.ts';

const size = { stack: 'self', layerCount: 4, headCount: 2 } as const;
const place = { stack: 'self', layer: 0, head: 0 } as const;
const before = fakeRun(1, [0.7, 0.3, 0]);
const after = fakeRun(2, [0.2, 0.3, 0.5]);

it('says how far the outputs are apart, and of which labels', () => {
  const change = outputChange(before, after);
  expect(change?.labels).toEqual([0, 1, 2]);
  expect(change?.totalVariation).toBeCloseTo(0.5);
  expect(change?.jensenShannon).toBeGreaterThan(0.2);
  expect(outputChange(before, before)).toMatchObject({ totalVariation: 0, jensenShannon: 0 });
});

it('has nothing to compare without labels', () => {
  expect(outputChange(fakeRun(1, []), fakeRun(2, []))).toBeNull();
});

it('says when all heads are off, when nothing is seen and when nothing moved', () => {
  const only = withOnlyHead(noChanges, size, place);
  const none = withHeadToggled(only, place);
  const moved = outputChange(before, after);
  expect(changesInWords(only, size, 4, moved)).toBeNull();
  expect(changesInWords(none, size, 4, moved)).toMatch(/^All heads are off/);
  const hidden = withTokens(noChanges, [1, 2, 3, 4], true);
  expect(changesInWords(hidden, size, 4, moved)).toMatch(/^Every patch is hidden/);
  expect(changesInWords(only, size, 4, outputChange(before, before))).toBe(
    'The predictions stay as they were.',
  );
});
