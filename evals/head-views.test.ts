import { describe, expect, it } from 'vitest';
import { AlignmentTotal, viewsOf } from './page/head-views.ts';

describe('viewsOf', () => {
  it('gives heads, the mean of each layer, and the mean of all', () => {
    const views = viewsOf([
      [Float32Array.of(1, 0), Float32Array.of(0, 1)],
      [Float32Array.of(1, 0), Float32Array.of(1, 0)],
    ]);
    expect(views.map(({ view, weights }) => [view.layer, view.head, ...weights])).toEqual([
      [1, 1, 1, 0],
      [1, 2, 0, 1],
      [1, null, 0.5, 0.5],
      [2, 1, 1, 0],
      [2, 2, 1, 0],
      [2, null, 1, 0],
      [null, null, 0.75, 0.25],
    ]);
  });
});

describe('AlignmentTotal', () => {
  const sure = [
    { source: 0, target: 0 },
    { source: 1, target: 1 },
  ];
  const gold = { sure, possible: [...sure, { source: 0, target: 1 }] };

  it('adds up links over sentences', () => {
    const total = new AlignmentTotal();
    const sizes = { targetCount: 2, sourceCount: 2 };
    // Links 0-0, sure, and 0-1, possible.
    total.add({ ...sizes, weights: Float32Array.of(0.9, 0.1, 0.6, 0.4) }, gold);
    expect(total.scores).toEqual({ aer: 0.25, precision: 1, recall: 0.5 });
    // A sentence that could not be read: two sure links more are missing.
    total.addNothing(gold);
    expect(total.scores).toEqual({ aer: 0.5, precision: 1, recall: 0.25 });
  });

  it('links no word that the model has no piece of', () => {
    const total = new AlignmentTotal();
    const weights = Float32Array.of(1, 0, 0, 0);
    const sizes = { targetCount: 2, sourceCount: 2 };
    total.add({ ...sizes, weights, isTargetWord: [true, false] }, gold);
    expect(total.scores).toEqual({ aer: 0.3333, precision: 1, recall: 0.5 });
  });
});
