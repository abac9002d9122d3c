import { expect, it } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import { linearScale } from '../../math/scales.ts';
import { printInk } from '../canvas/ink.ts';
import { recordingContext, type Recording } from '../testing/recording-context.ts';
import { drawAlignmentCells } from './draw-alignment.ts';
import { drawAlignmentLabels } from './draw-labels.ts';
import { drawAlignmentMarks } from './draw-marks.ts';
import { frameAlignment, layoutAlignment } from './layout-alignment.ts';

const labels = { query: ['la', 'maison', '.'], key: ['the', 'house', '.'] };
const frame = frameAlignment(labels.query, labels.key, 900);
const layout = layoutAlignment(frame, { width: 900, height: 900, x: 0, y: 0 });
const cells = {
  values: new Float32Array([1, 0.09, 0, 0.05, 0.904, 0.04, Number.NaN, 0.2, 0.8]),
  scale: linearScale(0, 1),
  palette: paletteOf(colourMap('viridis'), { mode: 'even', opacity: 1 }),
  causal: false,
};

const textsOf = ({ calls }: Recording) =>
  calls.filter(({ name }) => name === 'fillText').map(({ args }) => args[0]);
const cellsOf = ({ calls }: Recording) => calls.filter(({ name }) => name === 'fillRect');

it('draws a cell for each weight, with the number where it is large enough', () => {
  const recording = recordingContext();
  drawAlignmentCells(recording.context, layout, cells, printInk, 1);
  // The one that is no number stays blank.
  expect(cellsOf(recording)).toHaveLength(8);
  expect(textsOf(recording)).toEqual(['1.00', '.90', '.20', '.80']);
  expect(cellsOf(recording)[0]?.args).toEqual([frame.queryBand, frame.keyBand, 42, 42]);
});

it('writes black on light cells and white on dark ones', () => {
  const { context, calls } = recordingContext();
  drawAlignmentCells(context, layout, cells, printInk, 1);
  const inks = calls.flatMap(({ name }, index) =>
    name === 'fillText' ? [calls[index - 1]?.args[0]] : [],
  );
  expect(inks).toEqual(['#000000', '#000000', '#ffffff', '#000000']);
});

it('leaves the causal half blank, not zero', () => {
  const recording = recordingContext();
  drawAlignmentCells(recording.context, layout, { ...cells, causal: true }, printInk, 1);
  expect(cellsOf(recording)).toHaveLength(5);
  expect(textsOf(recording)).not.toContain('.09');
});

it('draws no number in small cells, and no cell out of view', () => {
  const many = Array.from({ length: 60 }, (_, index) => `w${index}`);
  const small = frameAlignment(many, many, 400);
  const part = layoutAlignment(small, { width: 400, height: 200, x: 0, y: 300 });
  const recording = recordingContext();
  const values = new Float32Array(3600).fill(0.5);
  drawAlignmentCells(recording.context, part, { ...cells, values }, printInk, 1);
  expect(textsOf(recording)).toEqual([]);
  const seenCells = (part.endQuery - part.firstQuery) * (part.endKey - part.firstKey);
  expect(cellsOf(recording)).toHaveLength(seenCells);
  expect(seenCells).toBeLessThan(400);
});

it('names every row and column', () => {
  const recording = recordingContext();
  drawAlignmentLabels(recording.context, layout, labels, printInk, 1);
  expect(textsOf(recording)).toEqual([...labels.query, ...labels.key]);
});

it('marks what is hovered, pinned and selected, and nothing that is not there', () => {
  const recording = recordingContext();
  const marks = {
    hovered: { query: 2, key: null },
    pinned: { query: 1, key: 1 },
    selectedQuery: 0,
  };
  drawAlignmentMarks(recording.context, layout, marks, labels, printInk, 1);
  expect(textsOf(recording)).toEqual(['la', 'maison', '.', 'house']);
  // A row and a cell, each as a line on a wider one.
  expect(recording.calls.filter(({ name }) => name === 'strokeRect')).toHaveLength(4);
  const gone = recordingContext();
  const stale = { hovered: { query: 9, key: 9 }, pinned: { query: 7, key: 0 }, selectedQuery: 8 };
  drawAlignmentMarks(gone.context, layout, stale, labels, printInk, 1);
  expect(gone.calls.filter(({ name }) => /strokeRect|fillRect/.test(name))).toEqual([]);
});
