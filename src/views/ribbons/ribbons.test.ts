import { describe, expect, it } from 'vitest';
import { printInk } from '../canvas/ink.ts';
import { recordingContext } from '../testing/recording-context.ts';
import { drawRibbons } from './draw-ribbons.ts';
import { headColours, withOpacity } from './head-colours.ts';
import { frameRibbons, hitTestRibbons, ribbonAfterKey, ribbonY } from './layout-ribbons.ts';
import { selectRibbons, type RibbonSelection } from './select-ribbons.ts';
import { strongestLinks } from './strongest-links.ts';

const weights = {
  values: new Float32Array([0.7, 0.2, 0.1, 0.05, 0.9, 0.05]),
  headCount: 1,
  queryCount: 2,
  keyCount: 3,
  causal: false,
};
const linesOf = ({ count, heads, queries, keys }: RibbonSelection) =>
  Array.from({ length: count }, (_, line) => [heads[line], queries[line], keys[line]]);

describe('selectRibbons', () => {
  it('takes weights from a threshold on', () => {
    expect(linesOf(selectRibbons(weights, { kind: 'threshold', least: 0.2 }))).toEqual([
      [0, 0, 0],
      [0, 0, 1],
      [0, 1, 1],
    ]);
  });

  it('takes the largest of each query', () => {
    expect(linesOf(selectRibbons(weights, { kind: 'top', count: 1 }))).toEqual([
      [0, 0, 0],
      [0, 1, 1],
    ]);
  });

  it('takes only what a causal query sees', () => {
    const values = new Float32Array([0.1, 0.9, 0.4, 0.6]);
    const causal = { ...weights, values, queryCount: 2, keyCount: 2, causal: true };
    expect(linesOf(selectRibbons(causal, { kind: 'top', count: 2 }))).toEqual([
      [0, 0, 0],
      [0, 1, 1],
      [0, 1, 0],
    ]);
    expect(linesOf(selectRibbons(causal, { kind: 'threshold', least: 0.5 }))).toEqual([[0, 1, 1]]);
  });

  it('tells heads apart, and leaves out zero and what is no number', () => {
    const values = new Float32Array([0, Number.NaN, 1, 0]);
    const heads = { ...weights, values, headCount: 2, queryCount: 1, keyCount: 2 };
    expect(linesOf(selectRibbons(heads, { kind: 'threshold', least: 0 }))).toEqual([[1, 0, 0]]);
  });

  it('takes the strongest of too many, and says how many there were', () => {
    const selection = selectRibbons(weights, { kind: 'threshold', least: 0 }, 3);
    expect([...selection.weights].map((weight) => weight.toFixed(1))).toEqual([
      '0.7',
      '0.2',
      '0.9',
    ]);
    expect(selection.candidateCount).toBe(6);
  });
});

const labels = { query: ['la', 'maison'], key: ['the', 'house', '.'] };
const frame = frameRibbons(labels.query, labels.key, 360);
const seen = { x: 0, y: 0, width: 360, height: frame.height };

const after = (place: Parameters<typeof ribbonAfterKey>[1], key: string) =>
  ribbonAfterKey(frame, place, key);

describe('layout', () => {
  it('spreads both sides over the same height', () => {
    expect(frame.height).toBe(90);
    expect([0, 1].map((index) => ribbonY(frame, 'query', index))).toEqual([22.5, 67.5]);
    expect([0, 1, 2].map((index) => ribbonY(frame, 'key', index))).toEqual([15, 45, 75]);
  });

  it('leaves the lines room beside long names', () => {
    const { keyX, queryX } = frameRibbons(['x'.repeat(99)], ['y'.repeat(99)], 360);
    expect(queryX - keyX).toBeGreaterThan(120);
  });

  it('finds the token at a point, and none between the sides', () => {
    expect(hitTestRibbons(frame, seen, 4, 46)).toEqual({ query: null, key: 1 });
    expect(hitTestRibbons(frame, seen, 355, 46)).toEqual({ query: 1, key: null });
    expect(hitTestRibbons(frame, seen, 180, 46)).toBeNull();
    expect(hitTestRibbons(frame, { x: 0, y: 40 }, 4, 40)).toEqual({ query: null, key: 2 });
    expect(hitTestRibbons(frame, seen, 4, 90)).toBeNull();
  });

  it('walks the tokens by keys', () => {
    expect(after(null, 'ArrowDown')).toEqual({ query: 0, key: null });
    expect(after({ query: 1, key: null }, 'ArrowDown')).toEqual({ query: 1, key: null });
    expect(after({ query: 1, key: null }, 'ArrowLeft')).toEqual({ query: null, key: 2 });
    expect(after({ query: null, key: 0 }, 'ArrowRight')).toEqual({ query: 0, key: null });
    expect(after({ query: null, key: 0 }, 'End')).toEqual({ query: null, key: 2 });
    expect(after(null, 'x')).toBeNull();
    expect(ribbonAfterKey({ queryCount: 0, keyCount: 3 }, null, 'ArrowDown')).toBeNull();
  });
});

describe('drawRibbons', () => {
  const selection = selectRibbons(weights, { kind: 'threshold', least: 0.15 });
  const draw = (focus: Parameters<typeof strongestLinks>[1], part = seen, ratio = 1) => {
    const recording = recordingContext();
    const drawing = { frame, selection, headCount: 1, labels, focus };
    drawRibbons(recording.context, drawing, part, printInk, ratio);
    const named = (wanted: string) => recording.calls.filter(({ name }) => name === wanted);
    return { lines: named('moveTo').length, texts: named('fillText'), strokes: named('stroke') };
  };

  it('draws a line for each weight and every name', () => {
    const { lines, texts, strokes } = draw(null);
    expect(lines).toBe(3);
    expect(strokes).toHaveLength(3);
    expect(texts.map(({ args }) => args[0])).toEqual([...labels.key, ...labels.query]);
  });

  it('draws only the lines of what is pointed at', () => {
    expect(draw({ query: 0, key: null }).lines).toBe(2);
    expect(draw({ query: null, key: 1 }).lines).toBe(2);
    expect(draw({ query: 0, key: 1 }).lines).toBe(1);
    expect(draw({ query: 7, key: null }).lines).toBe(0);
  });

  it('draws a crowd of lines straight and one pixel wide', () => {
    const names = Array.from({ length: 40 }, (_, index) => `w${index}`);
    const values = new Float32Array(1600).fill(0.9);
    const crowd = { values, headCount: 1, queryCount: 40, keyCount: 40, causal: false };
    const crowdFrame = frameRibbons(names, names, 700);
    const { context, calls } = recordingContext();
    drawRibbons(
      context,
      {
        frame: crowdFrame,
        selection: selectRibbons(crowd, { kind: 'threshold', least: 0.5 }),
        headCount: 1,
        labels: { query: names, key: names },
        focus: null,
      },
      { x: 0, y: 0, width: 700, height: crowdFrame.height },
      printInk,
      2,
    );
    expect(calls.filter(({ name }) => name === 'moveTo')).toHaveLength(1600);
    expect(calls.filter(({ name }) => name === 'lineTo')).toHaveLength(1600);
    const widths = calls.filter(({ name }) => name === 'set lineWidth');
    expect(widths.map(({ args }) => args[0])).toEqual([0.5]);
  });

  it('draws nothing that is not seen', () => {
    const { lines, texts } = draw(null, { x: 0, y: 300, width: 360, height: 50 });
    expect(lines).toBe(0);
    expect(texts).toEqual([]);
  });
});

it('says what a token is tied to most', () => {
  const links = strongestLinks(weights, { query: 0, key: null }, 2);
  expect(links.map(({ index }) => index)).toEqual([0, 1]);
  expect(strongestLinks(weights, { query: null, key: 1 }, 1)[0]?.index).toBe(1);
  expect(strongestLinks(weights, { query: 0, key: 1 }, 2)).toEqual([]);
  const heads = { ...weights, values: new Float32Array([1, 0, 0, 1]), headCount: 2, queryCount: 1 };
  expect(strongestLinks({ ...heads, keyCount: 2 }, { query: 0, key: null }, 2)).toEqual([
    { index: 0, weight: 0.5 },
    { index: 1, weight: 0.5 },
  ]);
});

const luminance = (colour: string) => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: string, b: string) => {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

describe('colours', () => {
  it('are told from both grounds', () => {
    for (const colour of headColours) {
      expect(contrast(colour, '#ffffff'), colour).toBeGreaterThanOrEqual(3);
      expect(contrast(colour, '#17181b'), colour).toBeGreaterThanOrEqual(3);
    }
  });

  it('take an opacity', () => {
    expect(withOpacity('#1d5fd6', 0.5)).toBe('rgb(29 95 214 / 0.500)');
    expect(withOpacity('#fff', 1)).toBe('rgb(255 255 255 / 1.000)');
    expect(() => withOpacity('red', 1)).toThrow(RangeError);
  });
});
