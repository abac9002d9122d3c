import { expect, it } from 'vitest';
import { moveRegion, resizeRegion } from './region.ts';

const limits = { sourceWidth: 200, sourceHeight: 100, aspect: 1 };
const region = { x: 50, y: 20, width: 40, height: 40 };

it('moves and stops at the edges', () => {
  expect(moveRegion(region, 10, -5, limits)).toEqual({ ...region, x: 60, y: 15 });
  expect(moveRegion(region, 999, 999, limits)).toEqual({ ...region, x: 160, y: 60 });
  expect(moveRegion(region, -999, -999, limits)).toEqual({ ...region, x: 0, y: 0 });
});

it('keeps the aspect ratio and the opposite corner', () => {
  expect(resizeRegion(region, 'south-east', 10, 3, limits)).toEqual({
    x: 50,
    y: 20,
    width: 50,
    height: 50,
  });
  expect(resizeRegion(region, 'north-west', -10, 0, limits)).toEqual({
    x: 40,
    y: 10,
    width: 50,
    height: 50,
  });
});

it('follows a drag along either axis', () => {
  expect(resizeRegion(region, 'south-west', 0, 10, limits)).toEqual({
    x: 40,
    y: 20,
    width: 50,
    height: 50,
  });
});

it('stops growing at the nearer edge', () => {
  expect(resizeRegion(region, 'south-east', 500, 500, limits)).toEqual({
    x: 50,
    y: 20,
    width: 80,
    height: 80,
  });
});

it('does not shrink to nothing', () => {
  const small = resizeRegion(region, 'south-east', -500, -500, limits);
  expect(small.width).toBe(5);
  expect(small.height).toBe(5);
});

it('keeps an aspect ratio that is not square', () => {
  const wide = resizeRegion({ x: 0, y: 0, width: 40, height: 20 }, 'south-east', 20, 0, {
    ...limits,
    aspect: 2,
  });
  expect(wide).toEqual({ x: 0, y: 0, width: 60, height: 30 });
});
