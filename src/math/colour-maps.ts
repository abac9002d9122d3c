import { cividisTable, magmaTable, viridisTable } from './colour-tables.ts';

export type ColourMapName = 'viridis' | 'magma' | 'cividis' | 'amber' | 'blue-red';

/** 256 colours, lowest value first. */
export interface ColourMap {
  readonly name: ColourMapName;
  /** What a menu calls it. */
  readonly title: string;
  /** Diverging maps are for signed values, with zero in the middle. */
  readonly kind: 'sequential' | 'diverging';
  /** Whether the colours tell values apart by their alpha alone. */
  readonly isAlphaRamp: boolean;
  /** [256, RGBA], bytes, alpha not multiplied in. */
  readonly rgba: Uint8ClampedArray;
}

const colourCount = 256;

function fromTable(table: readonly string[]): Uint8ClampedArray {
  const digits = table.join('');
  const rgba = new Uint8ClampedArray(colourCount * 4);
  for (let i = 0; i < colourCount; i += 1) {
    const colour = Number.parseInt(digits.slice(i * 6, i * 6 + 6), 16);
    rgba.set([colour >> 16, (colour >> 8) & 255, colour & 255, 255], i * 4);
  }
  return rgba;
}

/** One hue, seen through: the value is the opacity. Shows the picture best. */
function alphaRamp(red: number, green: number, blue: number): Uint8ClampedArray {
  const rgba = new Uint8ClampedArray(colourCount * 4);
  for (let i = 0; i < colourCount; i += 1) rgba.set([red, green, blue, i], i * 4);
  return rgba;
}

type Triple = readonly [number, number, number];

/** sRGB from OKLab (Ottosson 2020), where equal steps look equal. */
function fromOklab([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encodeSrgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encodeSrgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encodeSrgb(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function encodeSrgb(linear: number): number {
  const encoded = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return 255 * encoded;
}

/**
 * From blue over near-white to red. Blue against red stays apart for red-green blindness, and the
 * lightness falls by the same amount to both sides.
 */
function diverging(): Uint8ClampedArray {
  const low: Triple = [0.45, -0.03, -0.15];
  const middle: Triple = [0.97, 0, 0];
  const high: Triple = [0.45, 0.16, 0.075];
  const rgba = new Uint8ClampedArray(colourCount * 4);
  for (let i = 0; i < colourCount; i += 1) {
    const signed = (2 * i) / (colourCount - 1) - 1;
    const end = signed < 0 ? low : high;
    const weight = Math.abs(signed);
    const mix = (axis: 0 | 1 | 2) => middle[axis] + weight * (end[axis] - middle[axis]);
    rgba.set([...fromOklab([mix(0), mix(1), mix(2)]), 255], i * 4);
  }
  return rgba;
}

function sequential(name: ColourMapName, title: string, table: readonly string[]): ColourMap {
  return { name, title, kind: 'sequential', isAlphaRamp: false, rgba: fromTable(table) };
}

const maps: Readonly<Record<ColourMapName, ColourMap>> = {
  viridis: sequential('viridis', 'Viridis', viridisTable),
  magma: sequential('magma', 'Magma', magmaTable),
  cividis: sequential('cividis', 'Cividis', cividisTable),
  amber: {
    name: 'amber',
    title: 'Amber, by opacity',
    kind: 'sequential',
    isAlphaRamp: true,
    rgba: alphaRamp(255, 176, 0),
  },
  'blue-red': {
    name: 'blue-red',
    title: 'Blue to red',
    kind: 'diverging',
    isAlphaRamp: false,
    rgba: diverging(),
  },
};

/** Every colour map, in the order of a menu. */
export const colourMaps: readonly ColourMap[] = Object.values(maps);

export function colourMap(name: ColourMapName): ColourMap {
  return maps[name];
}

/** Position of a colour in the table; `unit` from 0 to 1, clamped. */
export function colourIndex(unit: number): number {
  return Math.round(Math.min(1, Math.max(0, unit)) * (colourCount - 1));
}

/** The colour of a unit value as CSS text, with its alpha. */
export function colourCss(map: ColourMap, unit: number): string {
  const at = colourIndex(unit) * 4;
  const [red, green, blue, alpha = 255] = map.rgba.subarray(at, at + 4);
  return alpha === 255
    ? `rgb(${red} ${green} ${blue})`
    : `rgb(${red} ${green} ${blue} / ${(alpha / 255).toFixed(3)})`;
}
