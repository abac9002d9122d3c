import { describe, expect, it } from 'vitest';
import { cellAfterKey } from './alignment-keys.ts';
import {
  alignmentCellRectangle,
  frameAlignment,
  hitTestAlignment,
  layoutAlignment,
  revealCell,
} from './layout-alignment.ts';

const words = (count: number) => Array.from({ length: count }, (_, index) => `w${index}`);

describe('frameAlignment', () => {
  it('fills the width with whole cells that are never too large', () => {
    expect(frameAlignment(words(5), words(5), 900).cell).toBe(44);
    const { cell, contentWidth } = frameAlignment(words(20), words(20), 500);
    expect(cell).toBe(22);
    expect(contentWidth).toBeLessThanOrEqual(500);
  });

  it('shows all rows of a sentence of usual length', () => {
    const { cell, contentHeight } = frameAlignment(words(20), words(8), 900);
    expect(cell).toBeLessThan(44);
    expect(contentHeight).toBeLessThanOrEqual(640);
    expect(frameAlignment(words(60), words(8), 900).cell).toBe(24);
  });

  it('grows past the width rather than below the smallest cell', () => {
    const frame = frameAlignment(words(60), words(60), 360);
    expect(frame.cell).toBe(14);
    expect(frame.contentWidth).toBeGreaterThan(60 * 14);
    expect(frame.contentHeight).toBeGreaterThan(60 * 14);
  });

  it('zooms between the limits', () => {
    expect(frameAlignment(words(20), words(20), 500, 2).cell).toBe(44);
    expect(frameAlignment(words(20), words(20), 500, 100).cell).toBe(96);
    expect(frameAlignment(words(20), words(20), 500, 0.01).cell).toBe(14);
  });

  it('gives long names a band that leaves the cells their room', () => {
    const frame = frameAlignment(['x'.repeat(200)], words(4), 360);
    expect(frame.queryBand).toBeLessThan(120);
  });

  it('shows long names whole where the cells leave room', () => {
    const long = ['internationalisation', 'of'];
    const { queryLength, keyLength } = frameAlignment(long, long, 900);
    expect(queryLength).toBeGreaterThan(120);
    expect(queryLength).toBe(keyLength);
    const narrow = frameAlignment(long, [...long, ...words(30)], 900);
    expect(narrow.queryLength).toBe(120);
  });

  it('has a size without any token', () => {
    const { cell, contentWidth } = frameAlignment([], [], 400);
    expect(cell).toBe(44);
    expect(contentWidth).toBeGreaterThan(0);
  });
});

const frame = frameAlignment(words(60), words(60), 360);
const seen = { width: 360, height: 300, x: 100, y: 50 };

describe('layoutAlignment', () => {
  it('lays out the seen cells alone, at device resolution', () => {
    const layout = layoutAlignment(frame, seen, 2);
    expect(layout.plot.x).toBe(frame.queryBand * 2);
    expect(layout.firstKey).toBe(Math.floor(100 / 14));
    expect(layout.firstQuery).toBe(Math.floor(50 / 14));
    expect(layout.endKey).toBe(Math.ceil((360 - frame.queryBand + 100) / 14));
    expect(layout.endQuery).toBe(Math.ceil((300 - frame.keyBand + 50) / 14));
  });

  it('finds the cell whose rectangle it drew', () => {
    const layout = layoutAlignment(frame, seen);
    const cell = { query: 9, key: 12 };
    const { x, y, width, height } = alignmentCellRectangle(layout, cell);
    expect(hitTestAlignment(layout, x + width / 2, y + height / 2)).toEqual(cell);
    expect(hitTestAlignment(layout, x, y)).toEqual(cell);
  });

  it('finds a row by its name, and a column by its leaning name', () => {
    const layout = layoutAlignment(frame, { ...seen, x: 0, y: 0 });
    const { queryBand, keyBand } = frame;
    expect(hitTestAlignment(layout, 5, keyBand + 15)).toEqual({ query: 1, key: null });
    expect(hitTestAlignment(layout, queryBand + 7, keyBand - 1)).toEqual({ query: null, key: 0 });
    expect(hitTestAlignment(layout, queryBand + 7, keyBand - 25)).toBeNull();
    expect(hitTestAlignment(layout, queryBand + 17, keyBand - 25)).toEqual({ query: null, key: 0 });
    expect(hitTestAlignment(layout, 3, 3)).toBeNull();
  });

  it('finds nothing past the last cell', () => {
    const small = frameAlignment(words(2), words(2), 360);
    const layout = layoutAlignment(small, { width: 360, height: 300, x: 0, y: 0 });
    expect(hitTestAlignment(layout, small.queryBand + 89, small.keyBand + 5)).toBeNull();
  });
});

it('scrolls as little as shows a cell', () => {
  const still = { query: 5, key: 10 };
  expect(revealCell(frame, seen, still)).toEqual({ x: 100, y: 50 });
  expect(revealCell(frame, seen, { query: 0, key: 2 })).toEqual({ x: 28, y: 0 });
  const { x, y } = revealCell(frame, seen, { query: 59, key: 59 });
  expect(x).toBe(60 * 14 - (360 - frame.queryBand));
  expect(y).toBe(60 * 14 - (300 - frame.keyBand));
});

describe('cellAfterKey', () => {
  const from = { query: 1, key: 1 };

  it('moves by one and stops at the edges', () => {
    expect(cellAfterKey(from, 'ArrowRight', 3, 3, false)).toEqual({ query: 1, key: 2 });
    expect(cellAfterKey({ query: 0, key: 2 }, 'ArrowRight', 3, 3, false)).toEqual({
      query: 0,
      key: 2,
    });
    expect(cellAfterKey(from, 'End', 3, 5, false)).toEqual({ query: 1, key: 4 });
    expect(cellAfterKey(from, 'a', 3, 3, false)).toBeNull();
  });

  it('never passes the diagonal of a causal matrix', () => {
    expect(cellAfterKey(from, 'ArrowRight', 3, 3, true)).toEqual(from);
    expect(cellAfterKey(from, 'ArrowUp', 3, 3, true)).toEqual({ query: 0, key: 0 });
    expect(cellAfterKey({ query: 1, key: 0 }, 'End', 3, 3, true)).toEqual(from);
  });
});
