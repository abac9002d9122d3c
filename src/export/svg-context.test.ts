// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { linearScale } from '../math/scales.ts';
import { colourMap } from '../math/colour-maps.ts';
import { printInk } from '../views/canvas/ink.ts';
import { fakeOffscreenCanvas } from '../views/testing/fake-offscreen-canvas.ts';
import { drawFigure, measureFigure, type Figure } from './figure.ts';
import { plotFigure } from './plot-figure.ts';
import { SvgContext, svgNamespace, type EmbedImage } from './svg-context.ts';

afterEach(() => vi.unstubAllGlobals());

const measure = (text: string) => ({ width: text.length * 6 }) as TextMetrics;

function start(embed: EmbedImage = () => 'data:image/png;base64,AA==') {
  const root = document.createElementNS(svgNamespace, 'svg');
  if (!(root instanceof SVGElement)) throw new TypeError('no SVG');
  return { root, context: new SvgContext(root, embed, measure) };
}

function attributesOf(element: Element | null | undefined): Record<string, string> {
  return Object.fromEntries(
    [...(element?.attributes ?? [])].map(({ name, value }) => [name, value]),
  );
}

describe('SvgContext', () => {
  it('strokes and fills paths', () => {
    const { root, context } = start();
    context.beginPath();
    context.moveTo(1, 2);
    context.lineTo(3.00049, 4);
    context.strokeStyle = 'rgb(0 0 0 / 0.5)';
    context.lineWidth = 2;
    context.setLineDash([4, 3]);
    context.stroke();
    context.beginPath();
    context.rect(0, 0, 10, 5);
    context.fillStyle = '#ff0000';
    context.fill('evenodd');
    const [line, area] = root.children;
    expect(attributesOf(line)).toEqual({
      d: 'M1 2L3 4',
      fill: 'none',
      stroke: '#000000',
      'stroke-opacity': '0.5',
      'stroke-width': '2',
      'stroke-linejoin': 'miter',
      'stroke-dasharray': '4 3',
    });
    expect(attributesOf(area)).toEqual({
      d: 'M0 0h10v5h-10Z',
      'fill-rule': 'evenodd',
      fill: '#ff0000',
    });
  });

  it('keeps text as text, whatever it holds', () => {
    const { root, context } = start();
    context.font = '11px system-ui, sans-serif';
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    const hostile = '</text><script>alert("&")</script>';
    context.fillText(hostile, 10, 20);
    expect(root.children).toHaveLength(1);
    expect(root.firstElementChild?.textContent).toBe(hostile);
    expect(attributesOf(root.firstElementChild)).toMatchObject({
      x: '10',
      y: '23.85',
      'font-size': '11',
      'font-family': 'system-ui, sans-serif',
      'text-anchor': 'end',
    });
    const written = new XMLSerializer().serializeToString(root);
    expect(written).not.toContain('<script>');
    expect(written).toContain('&lt;script&gt;');
  });

  it('keeps transforms and clips to what is between save and restore', () => {
    const { root, context } = start();
    context.translate(5, 6);
    context.save();
    context.beginPath();
    context.rect(0, 0, 1, 1);
    context.clip();
    context.rotate(-Math.PI / 2);
    context.fillRect(0, 0, 2, 2);
    context.restore();
    context.fillRect(0, 0, 3, 3);
    const [clip, group, after] = root.children;
    expect(clip?.tagName).toBe('clipPath');
    expect(clip?.hasAttribute('transform')).toBe(false);
    expect(attributesOf(group)).toEqual({
      'clip-path': 'url(#clip-1)',
      transform: 'translate(5 6)',
    });
    expect(attributesOf(group?.firstElementChild).transform).toBe('rotate(-90)');
    expect(attributesOf(after)).toMatchObject({ width: '3', transform: 'translate(5 6)' });
  });

  it('embeds images, whole or in part', () => {
    const embedded: unknown[] = [];
    const { root, context } = start((_source, crop, width, height, smooth) => {
      embedded.push([crop, width, height, smooth]);
      return 'data:image/png;base64,AA==';
    });
    const source = document.createElement('canvas');
    context.imageSmoothingEnabled = false;
    context.drawImage(source, 1, 2, 30, 40);
    context.drawImage(source, 9, 8, 7, 6, 1, 2, 30, 40);
    context.drawImage(source, 1, 2, 0, 40);
    expect(embedded).toEqual([
      [null, 30, 40, false],
      [[9, 8, 7, 6], 30, 40, false],
    ]);
    expect(root.children).toHaveLength(2);
    expect(attributesOf(root.lastElementChild)).toMatchObject({ x: '1', y: '2', width: '30' });
  });
});

describe('a figure', () => {
  const figure: Figure = {
    width: 300,
    height: 100,
    draw: (context) => context.fillRect(0, 0, 300, 100),
    scale: {
      scale: linearScale(0, 0.5),
      colourMap: colourMap('viridis'),
      unit: 'attention',
      note: 'all heads',
    },
    caption: 'Layer 4, head 2 of heed-vit. '.repeat(4),
  };

  it('has its scale and its caption below the view', () => {
    fakeOffscreenCanvas();
    const { root, context } = start();
    const size = measureFigure(figure, context);
    drawFigure(context, figure, size, 1, printInk);
    const texts = [...root.querySelectorAll('text')];
    expect(texts.map((text) => text.textContent)).toEqual([
      '0',
      '0.25',
      '0.5',
      'attention · linear · all heads',
      ...size.captionLines,
    ]);
    expect(size.captionLines.length).toBeGreaterThan(1);
    const lowest = Math.max(...texts.map((text) => Number(text.getAttribute('y'))));
    expect(lowest + 16).toBeLessThanOrEqual(size.height);
  });

  it('draws a plot with a circle for every head', () => {
    const { root, context } = start();
    const plot = plotFigure({
      title: 'Entropy',
      unit: 'bits',
      values: new Float32Array([1, 2, 3, 4]),
      layerCount: 2,
      headCount: 2,
      caption: '',
    });
    plot.draw(context, 1, printInk);
    const circles = [...root.querySelectorAll('path')].filter((path) =>
      path.getAttribute('d')?.includes('a3.5'),
    );
    expect(circles).toHaveLength(4);
    expect(root.textContent).toContain('Entropy (bits)');
  });
});
