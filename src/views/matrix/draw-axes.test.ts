import { describe, expect, it } from 'vitest';
import { printInk } from '../canvas/ink.ts';
import { recordingContext } from '../testing/recording-context.ts';
import { drawAxes, drawAxisHighlight, markedTokens, type MatrixAxis } from './draw-axes.ts';
import { layoutMatrix, wholeMatrix } from './layout-matrix.ts';

const axis: MatrixAxis = {
  count: 10,
  markOf: (index) =>
    index === 0
      ? { kind: 'text', text: '[CLS]' }
      : { kind: 'patch', rectangle: { x: index * 4, y: 0, width: 4, height: 4 } },
  nameOf: String,
};
const layout = layoutMatrix(
  {
    queryCount: 10,
    keyCount: 10,
    width: 230,
    height: 230,
    queryBand: 30,
    keyBand: 30,
    largestCell: 100,
  },
  wholeMatrix,
);
const style = {
  ink: printInk,
  pixelRatio: 1,
  picture: {} as CanvasImageSource,
  thumbnailSize: 18,
};

describe('markedTokens', () => {
  it('marks all where there is room', () => {
    expect(markedTokens(0, 4, 4, 20, 18)).toEqual([0, 1, 2, 3]);
  });

  it('marks every n-th where there is less, the same ones wherever the view is', () => {
    expect(markedTokens(0, 12, 100, 5, 18)).toEqual([0, 4, 8]);
    expect(markedTokens(6, 12, 100, 5, 18)).toEqual([8, 12, 16]);
  });

  it('marks none past the end', () => {
    expect(markedTokens(8, 5, 10, 20, 18)).toEqual([8, 9]);
  });
});

it('draws the name of a special token and the patch of every other', () => {
  const { context, calls } = recordingContext();
  drawAxes(context, layout, { query: axis, key: axis }, style);
  expect(calls.filter(({ name }) => name === 'fillText').map(({ args }) => args[0])).toEqual([
    '[CLS]',
    '[CLS]',
  ]);
  const patches = calls.filter(({ name }) => name === 'drawImage');
  expect(patches).toHaveLength(18);
  // Patch 1 of the queries: cut at source x 4, drawn beside row 1, centred on it.
  expect(patches[0]?.args.slice(1)).toEqual([4, 0, 4, 4, 9, 21, 18, 18]);
});

it('keeps the marks at the ends on the canvas', () => {
  const { context, calls } = recordingContext();
  const small = { ...layout, cell: 2, plot: { ...layout.plot, width: 20, height: 20 } };
  drawAxisHighlight(context, small, 'query', 9, axis.markOf(9), style);
  const [patch] = calls.filter(({ name }) => name === 'drawImage');
  expect(patch?.args.slice(5)).toEqual([9, 2, 18, 18]);
});

it('draws no highlight for what is out of view', () => {
  const { context, calls } = recordingContext();
  drawAxisHighlight(context, { ...layout, firstQuery: 5 }, 'query', 1, axis.markOf(1), style);
  expect(calls).toEqual([]);
});
