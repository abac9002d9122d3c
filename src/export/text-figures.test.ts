// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { colourMap } from '../math/colour-maps.ts';
import { createScale, linearScale } from '../math/scales.ts';
import { printInk } from '../views/canvas/ink.ts';
import { alignmentFigure } from './alignment-figure.ts';
import { type Figure, figureScaleHeight } from './figure.ts';
import { figuresBeside } from './figures-beside.ts';
import { ribbonsFigure } from './ribbons-figure.ts';
import { SvgContext, svgNamespace } from './svg-context.ts';

const texts = {
  values: new Float32Array([0.7, 0.3, 0, 0.05, 0.9, 0.05]),
  queryLabels: ['<b>', ' '],
  keyLabels: ['the', 'cat', '\u202E'],
  caption: 'A caption.',
};

const measure = (text: string) => ({ width: text.length * 6 }) as TextMetrics;

function drawn(figure: Figure): SVGElement {
  const root = document.createElementNS(svgNamespace, 'svg');
  if (!(root instanceof SVGElement)) throw new TypeError('no SVG');
  const context = new SvgContext(root, () => 'data:image/png;base64,AA==', measure);
  figure.draw(context, 1, printInk);
  return root;
}

const named = (root: SVGElement) =>
  [...root.querySelectorAll('text')].map((text) => text.textContent);

it('draws an alignment as vectors, names and numbers as text', () => {
  const figure = alignmentFigure({
    ...texts,
    scale: linearScale(0, 1),
    colourMap: colourMap('viridis'),
    pinned: { query: 0, key: 0 },
    unit: 'attention',
  });
  const root = drawn(figure);
  expect(named(root).slice(0, 8)).toEqual([
    '.70',
    '.30',
    '.90',
    '<b>',
    '␣',
    'the',
    'cat',
    'U+202E',
  ]);
  expect(root.querySelector('b')).toBeNull();
  expect(root.querySelectorAll('image')).toHaveLength(0);
  expect(figure.scale?.unit).toBe('attention');
  const right = Math.max(
    ...[...root.querySelectorAll('rect')].map(
      (rect) => Number(rect.getAttribute('x')) + Number(rect.getAttribute('width')),
    ),
  );
  expect(right).toBeLessThanOrEqual(figure.width);
});

it('leaves the causal half blank on paper too', () => {
  const options = {
    ...texts,
    values: new Float32Array([1, 0, 0.5, 0.5]),
    keyLabels: texts.queryLabels,
    scale: linearScale(0, 1),
    colourMap: colourMap('viridis'),
    unit: 'attention',
  };
  const count = (causal: boolean) =>
    drawn(alignmentFigure({ ...options, causal })).querySelectorAll('rect').length;
  expect(count(false) - count(true)).toBe(1);
});

it('draws ribbons with both sides named, and a legend of the heads', () => {
  const figure = ribbonsFigure({ ...texts, filter: { kind: 'threshold', least: 0.2 } });
  const root = drawn(figure);
  expect(named(root)).toEqual(['source', 'target', 'the', 'cat', 'U+202E', '<b>', '␣']);
  expect(root.querySelectorAll('path').length).toBe(3);
  const heads = ribbonsFigure({
    ...texts,
    values: new Float32Array([...texts.values, ...texts.values]),
    headCount: 2,
    headNames: ['2.1'],
    filter: { kind: 'top', count: 1 },
  });
  expect(named(drawn(heads)).slice(-2)).toEqual(['2.1', 'head 2']);
  expect(heads.height).toBeGreaterThan(figure.height);
});

it('puts figures beside each other, each with its scale, and names them in one caption', () => {
  const figure = alignmentFigure({
    ...texts,
    // Of one value alone: its scale is words, for which no canvas is needed.
    scale: createScale('linear', [0.5]),
    colourMap: colourMap('viridis'),
    unit: 'attention',
  });
  const both = figuresBeside([
    ['Left', figure],
    ['Right', ribbonsFigure({ ...texts, filter: { kind: 'top', count: 1 }, caption: 'Lines.' })],
  ]);
  expect(both.width).toBeGreaterThan(figure.width);
  expect(both.height).toBe(figure.height + figureScaleHeight);
  expect(both.caption).toBe('Left: A caption. Right: Lines.');
  const root = drawn(both);
  expect(named(root).filter((name) => name === 'cat')).toHaveLength(2);
  expect(named(root).some((name) => name?.startsWith('attention'))).toBe(true);
});
