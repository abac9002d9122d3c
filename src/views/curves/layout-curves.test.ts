import { expect, it } from 'vitest';
import { recordingContext } from '../testing/recording-context.ts';
import { printInk } from '../canvas/ink.ts';
import { drawCurves } from './draw-curves.ts';
import { bandOf, largestOf, layoutCurves, type CurvesContent } from './layout-curves.ts';

const content: CurvesContent = {
  shares: [0, 0.5, 1],
  curve: { name: 'Rollout', values: [0.8, 0.2, 0] },
  band: bandOf('random', [
    [0.8, 0.7, 0],
    [0.8, 0.3, 0],
  ]),
};

it('has the smallest, largest and mean of the lines in its band', () => {
  expect(Array.from(content.band?.low ?? [])).toEqual([0.8, 0.3, 0].map(Math.fround));
  expect(Array.from(content.band?.high ?? [])).toEqual([0.8, 0.7, 0].map(Math.fround));
  expect(content.band?.mean[1]).toBeCloseTo(0.5);
  expect(bandOf('none', [])).toBeNull();
});

it('puts 0 at the foot, shares from edge to edge, and ticks with numbers', () => {
  const layout = layoutCurves(content, largestOf([content]), 400, 200);
  const { plot } = layout;
  expect(layout.curve.map(({ x }) => x)).toEqual([
    plot.x,
    plot.x + plot.width / 2,
    plot.x + plot.width,
  ]);
  expect(layout.curve.at(-1)?.y).toBe(plot.y + plot.height);
  // The scale ends at 1, the next round number.
  expect(layout.curve[0]?.y).toBeCloseTo(plot.y + 0.2 * plot.height);
  expect(layout.shareTicks.map(({ text }) => text)).toEqual([
    '0 %',
    '25 %',
    '50 %',
    '75 %',
    '100 %',
  ]);
  expect(layout.valueTicks[0]?.text).toBe('0');
  expect(layout.band).toHaveLength(6);
});

it('has a scale of its own even where everything is 0', () => {
  const flat = { ...content, curve: { name: '', values: [0, 0, 0] }, band: null };
  const layout = layoutCurves(flat, largestOf([flat]), 400, 200);
  expect(layout.curve.every(({ y }) => Number.isFinite(y))).toBe(true);
  expect(layout.band).toEqual([]);
});

it('leaves out what is no number', () => {
  const holed = { ...content, curve: { name: '', values: [1, Number.NaN, 0] } };
  expect(layoutCurves(holed, largestOf([holed]), 400, 200).curve).toHaveLength(2);
});

it('prints axes, names and numbers', () => {
  const { context, calls } = recordingContext();
  const layout = layoutCurves(content, largestOf([content]), 400, 200);
  drawCurves(
    context,
    layout,
    { shareTitle: 'patches removed', valueTitle: 'probability' },
    200,
    printInk,
    2,
  );
  const texts = calls.filter(({ name }) => name === 'fillText').map(({ args }) => args[0]);
  expect(texts).toEqual(expect.arrayContaining(['0 %', '100 %', 'patches removed', 'probability']));
});
