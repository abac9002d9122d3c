import { expect, it } from 'vitest';
import { svgColour } from './svg-colour.ts';

it('takes hexadecimal colours as they are', () => {
  expect(svgColour('#fff')).toEqual({ colour: '#fff', opacity: 1 });
  expect(svgColour('#1d5fd6')).toEqual({ colour: '#1d5fd6', opacity: 1 });
});

it('splits colour and opacity', () => {
  expect(svgColour('rgb(255 176 0 / 0.25)')).toEqual({ colour: '#ffb000', opacity: 0.25 });
  expect(svgColour('rgb(0 10 255)')).toEqual({ colour: '#000aff', opacity: 1 });
});

it('refuses what it does not know, rather than drawing it black', () => {
  expect(() => svgColour('oklch(0.5 0.1 20)')).toThrow(RangeError);
  expect(() => svgColour('red" onload="x')).toThrow(RangeError);
});
