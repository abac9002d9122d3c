import { expect, it } from 'vitest';
import { layoutPlot } from './layout-plot.ts';

const values = new Float32Array([1, 3, 4, 8]);

it('puts layers from left to right and values from the bottom up', () => {
  const { plot, points, means } = layoutPlot(values, 2, 2, 254, 144);
  expect(plot).toEqual({ x: 44, y: 10, width: 200, height: 100 });
  expect(points.map(({ layer, head, value }) => [layer, head, value])).toEqual([
    [0, 0, 1],
    [0, 1, 3],
    [1, 0, 4],
    [1, 1, 8],
  ]);
  // The scale is 0 to 8: value 4 lies in the middle.
  expect(points[2]?.y).toBeCloseTo(60);
  expect(points[3]?.y).toBeCloseTo(10);
  // Layer 1 is centred at 94; its heads lie 16 pixels to either side.
  expect(points[0]?.x).toBeCloseTo(78);
  expect(points[1]?.x).toBeCloseTo(110);
  expect(means[0]).toEqual({ x: 94, y: 85 });
});

it('counts layers from 1, and fewer where there is no room', () => {
  const many = new Float32Array(24);
  expect(layoutPlot(many, 24, 1, 254, 144).layerTicks.map(({ text }) => text)).toEqual([
    '1',
    '4',
    '7',
    '10',
    '13',
    '16',
    '19',
    '22',
  ]);
});

it('leaves out heads without a finite value, and layers of nothing else', () => {
  const holes = new Float32Array([Number.NaN, Number.NaN, 2, Number.POSITIVE_INFINITY]);
  const { points, means } = layoutPlot(holes, 2, 2, 254, 144);
  expect(points).toHaveLength(1);
  expect(means).toHaveLength(1);
});

it('does not divide by zero where every value is 0', () => {
  const { points, valueTicks } = layoutPlot(new Float32Array(4), 2, 2, 254, 144);
  expect(points.every(({ y }) => y === 110)).toBe(true);
  expect(valueTicks.length).toBeGreaterThan(1);
});
