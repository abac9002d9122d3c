// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import { createScale, linearScale, logScale } from '../../math/scales.ts';
import { fakeOffscreenCanvas } from '../testing/fake-offscreen-canvas.ts';
import { recordingContext } from '../testing/recording-context.ts';
import { ColourBar } from './ColourBar.tsx';
import { drawColourBar } from './draw-colour-bar.ts';
import { scaleTicks, scaleWords } from './scale-words.ts';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

it('has numbers at the ends and in the middle', () => {
  expect(scaleTicks(linearScale(0, 0.083)).map(({ text }) => text)).toEqual([
    '0',
    '0.0415',
    '0.083',
  ]);
  expect(scaleTicks(logScale(0.0001, 1)).map(({ text }) => text)).toEqual(['0.0001', '0.01', '1']);
});

it('says the kind of the scale, its unit and what else is to know', () => {
  render(
    <ColourBar
      scale={linearScale(0, 1)}
      colourMap={colourMap('viridis')}
      unit="attention"
      note="shared by all heads"
    />,
  );
  expect(screen.getByText('attention · linear · shared by all heads')).toBeTruthy();
});

it('states the floor of a log scale', () => {
  expect(scaleWords(logScale(0.001, 1))).toBe('log, lower values drawn as 0.001');
});

it('announces a constant map and draws no gradient for it', () => {
  const scale = createScale('linear', new Float32Array(9).fill(1 / 256));
  const { container } = render(
    <ColourBar scale={scale} colourMap={colourMap('viridis')} unit="attention" />,
  );
  expect(screen.getByText('attention · every value is 0.00391')).toBeTruthy();
  expect(container.querySelector('canvas')).toBeNull();
});

it('draws from the lowest colour to the highest', () => {
  const put = fakeOffscreenCanvas();
  const { context, calls } = recordingContext();
  const palette = paletteOf(colourMap('viridis'), { mode: 'even', opacity: 1 });
  drawColourBar(context, { x: 5, y: 0, width: 10, height: 8 }, palette);
  expect(calls.at(-1)?.args.slice(1)).toEqual([5, 0, 10, 8]);
  expect([...(put[0] ?? [])].slice(0, 4)).toEqual([68, 1, 84, 255]);
  expect([...(put[0] ?? [])].slice(-4)).toEqual([253, 231, 37, 255]);
});
