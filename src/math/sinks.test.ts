import { describe, expect, it } from 'vitest';
import { isPunctuation, sinkShare } from './sinks.ts';

describe('sinkShare', () => {
  it('is the mean weight on the sinks', () => {
    const probs = Float32Array.of(0.5, 0.25, 0.25, 0, 0, 1);
    expect(sinkShare(probs, [false, false, true])).toBeCloseTo(0.625, 12);
    expect(sinkShare(probs, [true, true, true])).toBeCloseTo(1, 12);
    expect(sinkShare(probs, [false, false, false])).toBe(0);
  });
});

describe('isPunctuation', () => {
  it.each(['.', ' ,', '…', '«', '?!', '€'])('%s is', (text) =>
    expect(isPunctuation(text)).toBe(true),
  );
  it.each(['a', "'s", ' ', '', '3.'])('%j is not', (text) =>
    expect(isPunctuation(text)).toBe(false),
  );
});
