import { describe, expect, it } from 'vitest';

import { countsAsked, countsOfSteps, countsOfTop, measureOrder } from './faithfulness-curves.ts';

describe('countsOfSteps', () => {
  it('goes from none to all in steps as even as can be', () => {
    expect(countsOfSteps(256, 4)).toEqual([0, 64, 128, 192, 256]);
    expect(countsOfSteps(10, 4)).toEqual([0, 3, 5, 8, 10]);
    expect(countsOfSteps(5, 5)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(countsOfSteps(7, 1)).toEqual([0, 7]);
  });
});

describe('countsOfTop', () => {
  it('is rounded up, exactly', () => {
    expect(countsOfTop(256)).toEqual([3, 13, 26, 52, 128]);
    expect(countsOfTop(240)).toEqual([3, 12, 24, 48, 120]);
    expect(countsOfTop(4)).toEqual([1, 1, 1, 1, 2]);
  });
});

describe('measureOrder', () => {
  it('has areas with both ends, and means over the five shares', () => {
    // Patches add up, the first of 100 being worth 0.4, all others nothing; none at all is 0.1.
    const answers = {
      without: (count: number) => (count >= 1 ? 0.1 : 0.5),
      withOnly: (count: number) => (count >= 1 ? 0.5 : 0.1),
    };
    const measures = measureOrder(answers, 100, 10);
    expect(measures.deletion).toHaveLength(11);
    expect(measures.deletion[0]).toBeCloseTo(0.5, 6);
    expect(measures.insertion[0]).toBeCloseTo(0.1, 6);
    // The first step falls from one to the other: half of its width counts.
    expect(measures.deletionArea).toBeCloseTo(0.1 + 0.4 * 0.05, 6);
    expect(measures.insertionArea).toBeCloseTo(0.5 - 0.4 * 0.05, 6);
    expect(measures.comprehensiveness).toBeCloseTo(0.4, 6);
    expect(measures.sufficiency).toBeCloseTo(0, 6);
  });

  it('takes p(all) from the whole, also where less gives more', () => {
    const measures = measureOrder(
      { without: (count) => 0.2 + count / 1000, withOnly: (count) => 0.3 - count / 1000 },
      100,
      2,
    );
    const counts = [1, 5, 10, 20, 50].reduce((sum, count) => sum + count, 0) / 5;
    expect(measures.comprehensiveness).toBeCloseTo(-counts / 1000, 6);
    expect(measures.sufficiency).toBeCloseTo(-0.1 + counts / 1000, 6);
  });

  it.each([
    [256, 32],
    [64, 64],
    [10, 3],
    [1, 1],
    [2, 1],
  ])('asks for no count but those told, none and all: %d patches, %d steps', (patches, steps) => {
    const told = new Set([0, ...countsAsked(patches, steps), patches]);
    const asked = new Set<number>();
    const note = (count: number): number => {
      asked.add(count);
      return 0.5;
    };
    measureOrder({ without: note, withOnly: note }, patches, steps);
    expect([...asked].filter((count) => !told.has(count))).toEqual([]);
    expect([...told].filter((count) => !asked.has(count))).toEqual([]);
  });
});
