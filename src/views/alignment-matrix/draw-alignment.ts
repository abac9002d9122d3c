import { colourIndex } from '../../math/colour-maps.ts';
import type { Scale } from '../../math/scales.ts';
import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { Ink } from '../canvas/ink.ts';
import { rasterOf } from '../canvas/raster.ts';
import { alignmentCellRectangle, isSeen, type AlignmentLayout } from './layout-alignment.ts';

/** In CSS pixels: cells from these sizes on have a wide gap, and room for their number. */
const wideGapFrom = 24;
const numbersFrom = 29;
const numberSize = 10;
/** Smaller values are told by their colour alone. */
const leastNumber = 0.095;

/** More cells than this are drawn as one picture: a vector figure would grow past use. */
const largestCellCount = 20_000;

export interface AlignmentCells {
  /** Row-major [query, key]. */
  readonly values: Float32Array;
  readonly scale: Scale;
  /** [256, RGBA] from `paletteOf`. */
  readonly palette: Uint8ClampedArray;
  /** A query sees no key after itself: those cells stay blank. */
  readonly causal: boolean;
}

/** The seen cells in their colours, with numbers where they fit. */
export function drawAlignmentCells(
  context: DrawingContext,
  layout: AlignmentLayout,
  cells: AlignmentCells,
  ink: Ink,
  pixelRatio: number,
): void {
  const { plot, frame, firstQuery, endQuery, firstKey, endKey } = layout;
  const { values, scale, palette, causal } = cells;
  const gap = Math.max(1, Math.round((frame.cell >= wideGapFrom ? 2 : 1) * pixelRatio));
  const showsNumbers = frame.cell >= numbersFrom;
  context.save();
  context.beginPath();
  context.rect(plot.x, plot.y, plot.width, plot.height);
  context.clip();
  if ((endQuery - firstQuery) * (endKey - firstKey) > largestCellCount) {
    drawAsPicture(context, layout, cells);
    context.restore();
    return;
  }
  context.font = `${numberSize * pixelRatio}px ${ink.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (let query = firstQuery; query < endQuery; query += 1) {
    for (let key = firstKey; key < endKey; key += 1) {
      if (!isSeen(causal, query, key)) continue;
      const value = values[query * frame.keyCount + key] ?? Number.NaN;
      const unit = scale.toUnit(value);
      if (Number.isNaN(unit)) continue;
      const { x, y, width, height } = alignmentCellRectangle(layout, { query, key });
      const colour = colourAt(palette, unit);
      context.fillStyle = colour.css;
      context.fillRect(x, y, width - gap, height - gap);
      if (!showsNumbers || value < leastNumber) continue;
      context.fillStyle = numberInk(colour, ink);
      context.fillText(shortNumber(value), x + (width - gap) / 2, y + (height - gap) / 2);
    }
  }
  context.restore();
}

function drawAsPicture(
  context: DrawingContext,
  { frame, originX, originY, cell }: AlignmentLayout,
  { values, scale, palette, causal }: AlignmentCells,
): void {
  const { queryCount, keyCount } = frame;
  const seen = values.map((value, at) =>
    isSeen(causal, Math.floor(at / keyCount), at % keyCount) ? value : Number.NaN,
  );
  const picture = rasterOf(seen, keyCount, queryCount, scale, palette);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, originX, originY, keyCount * cell, queryCount * cell);
}

interface CellColour {
  readonly css: string;
  readonly luminance: number;
  readonly alpha: number;
}

const coloursOfPalette = new WeakMap<Uint8ClampedArray, CellColour[]>();

/** A palette's colour as CSS, made once for each palette. */
function colourAt(palette: Uint8ClampedArray, unit: number): CellColour {
  let colours = coloursOfPalette.get(palette);
  if (!colours) {
    colours = Array.from({ length: 256 }, (_, index) => colourOf(palette, index));
    coloursOfPalette.set(palette, colours);
  }
  return colours[colourIndex(unit)] ?? colourOf(palette, colourIndex(unit));
}

function colourOf(palette: Uint8ClampedArray, index: number): CellColour {
  const [red = 0, green = 0, blue = 0, alpha = 255] = palette.subarray(index * 4, index * 4 + 4);
  const share = alpha / 255;
  return {
    css:
      alpha === 255
        ? `rgb(${red} ${green} ${blue})`
        : `rgb(${red} ${green} ${blue} / ${share.toFixed(3)})`,
    luminance: 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue),
    alpha: share,
  };
}

/** Light of an sRGB byte, 0 to 1 (WCAG 2.2, relative luminance). */
function linear(byte: number): number {
  const share = byte / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** Where black and white have the same contrast, 4.6 to 1 by WCAG. */
const evenLuminance = 0.179;

/** Black or white, whichever is told better from the cell; the page's ink on see-through cells. */
function numberInk({ luminance, alpha }: CellColour, ink: Ink): string {
  if (alpha < 0.55) return ink.text;
  return luminance > evenLuminance ? '#000000' : '#ffffff';
}

/** Two decimals without a leading zero: `.90`, `1.00`. */
function shortNumber(value: number): string {
  return value.toFixed(2).replace(/^0\./, '.');
}
