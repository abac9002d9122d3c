import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { Ink } from '../canvas/ink.ts';
import type { Scale } from '../../math/scales.ts';
import { colourIndex } from '../../math/colour-maps.ts';
import { matrixCellRectangle, type MatrixCell, type MatrixLayout } from './layout-matrix.ts';

/** From this size on (CSS pixels), cells are told apart by lines, and show their value. */
const linesFrom = 12;
const numbersFrom = 34;

/** Thin lines between cells that are large enough to have them. */
export function drawCellLines(
  context: DrawingContext,
  layout: MatrixLayout,
  ink: Ink,
  pixelRatio: number,
): void {
  const { plot, cell, firstQuery, firstKey } = layout;
  if (cell < linesFrom * pixelRatio) return;
  context.beginPath();
  for (let key = Math.ceil(firstKey); ; key += 1) {
    const x = Math.round(plot.x + (key - firstKey) * cell);
    if (x > plot.x + plot.width) break;
    context.moveTo(x, plot.y);
    context.lineTo(x, plot.y + plot.height);
  }
  for (let query = Math.ceil(firstQuery); ; query += 1) {
    const y = Math.round(plot.y + (query - firstQuery) * cell);
    if (y > plot.y + plot.height) break;
    context.moveTo(plot.x, y);
    context.lineTo(plot.x + plot.width, y);
  }
  context.strokeStyle = ink.panel;
  context.lineWidth = pixelRatio;
  context.stroke();
}

/** Two significant digits without a leading zero: `.083`. */
function shortNumber(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (value !== 0 && Math.abs(value) < 0.0005) return value.toExponential(0);
  const digits = Math.abs(value) < 0.01 ? 3 : 2;
  return value.toFixed(digits).replace(/^(-?)0\./, '$1.');
}

/** The value in each cell that is large enough to hold it. */
export function drawCellNumbers(
  context: DrawingContext,
  layout: MatrixLayout,
  values: Float32Array,
  scale: Scale,
  palette: Uint8ClampedArray,
  ink: Ink,
  pixelRatio: number,
): void {
  const { plot, cell, firstQuery, firstKey, queryCount, keyCount } = layout;
  if (cell < numbersFrom * pixelRatio) return;
  context.save();
  context.beginPath();
  context.rect(plot.x, plot.y, plot.width, plot.height);
  context.clip();
  context.font = `${10 * pixelRatio}px ${ink.fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  const lastQuery = Math.min(queryCount, Math.ceil(firstQuery + plot.height / cell));
  const lastKey = Math.min(keyCount, Math.ceil(firstKey + plot.width / cell));
  for (let query = Math.floor(firstQuery); query < lastQuery; query += 1) {
    for (let key = Math.floor(firstKey); key < lastKey; key += 1) {
      const value = values[query * keyCount + key] ?? Number.NaN;
      const { x, y } = matrixCellRectangle(layout, { query, key });
      context.fillStyle = numberColour(scale.toUnit(value), palette, ink);
      context.fillText(shortNumber(value), x + cell / 2, y + cell / 2);
    }
  }
  context.restore();
}

/** Black on light cells, white on dark ones, the page's ink where the cell is see-through. */
function numberColour(unit: number, palette: Uint8ClampedArray, ink: Ink): string {
  if (Number.isNaN(unit)) return ink.muted;
  const at = colourIndex(unit) * 4;
  const [red = 0, green = 0, blue = 0, alpha = 255] = palette.subarray(at, at + 4);
  if (alpha < 140) return ink.text;
  return 0.299 * red + 0.587 * green + 0.114 * blue > 120 ? '#000' : '#fff';
}

export interface MatrixMarks {
  readonly selectedQuery: number | null;
  readonly selectedKey: number | null;
  readonly hoveredQuery: number | null;
  readonly hoveredKey: number | null;
}

/** The selected row and column, and a crosshair at what is hovered. */
export function drawMatrixMarks(
  context: DrawingContext,
  layout: MatrixLayout,
  { selectedQuery, selectedKey, hoveredQuery, hoveredKey }: MatrixMarks,
  ink: Ink,
  pixelRatio: number,
): void {
  const { plot } = layout;
  context.save();
  context.beginPath();
  context.rect(plot.x, plot.y, plot.width, plot.height);
  context.clip();
  if (selectedQuery !== null) drawBand(context, layout, 'query', selectedQuery, ink, pixelRatio);
  if (selectedKey !== null) drawBand(context, layout, 'key', selectedKey, ink, pixelRatio);
  if (hoveredQuery !== null) drawHair(context, layout, 'query', hoveredQuery, pixelRatio);
  if (hoveredKey !== null) drawHair(context, layout, 'key', hoveredKey, pixelRatio);
  context.restore();
}

type Axis = 'query' | 'key';

function bandRectangle(layout: MatrixLayout, axis: Axis, index: number, least: number) {
  const { plot, cell } = layout;
  const at: MatrixCell = axis === 'query' ? { query: index, key: 0 } : { query: 0, key: index };
  const { x, y } = matrixCellRectangle(layout, at);
  const thickness = Math.max(cell, least);
  return axis === 'query'
    ? { x: plot.x, y: y + (cell - thickness) / 2, width: plot.width, height: thickness }
    : { x: x + (cell - thickness) / 2, y: plot.y, width: thickness, height: plot.height };
}

/** Lines along both sides of a row or column, which leave its values seen. */
function drawBand(
  context: DrawingContext,
  layout: MatrixLayout,
  axis: Axis,
  index: number,
  ink: Ink,
  pixelRatio: number,
): void {
  const { x, y, width, height } = bandRectangle(layout, axis, index, 3 * pixelRatio);
  for (const [colour, outset] of [
    ['#000', 1.5],
    [ink.accent, 0.5],
  ] as const) {
    const by = outset * pixelRatio;
    context.beginPath();
    if (axis === 'query') context.rect(x - 4 * by, y - by, width + 8 * by, height + 2 * by);
    else context.rect(x - by, y - 4 * by, width + 2 * by, height + 8 * by);
    context.strokeStyle = colour;
    context.lineWidth = pixelRatio;
    context.stroke();
  }
}

/** One light line on a dark one through the middle of a row or column. */
function drawHair(
  context: DrawingContext,
  layout: MatrixLayout,
  axis: Axis,
  index: number,
  pixelRatio: number,
): void {
  const { x, y, width, height } = bandRectangle(layout, axis, index, pixelRatio);
  context.beginPath();
  if (axis === 'query') {
    context.moveTo(x, y + height / 2);
    context.lineTo(x + width, y + height / 2);
  } else {
    context.moveTo(x + width / 2, y);
    context.lineTo(x + width / 2, y + height);
  }
  context.strokeStyle = 'rgb(0 0 0 / 0.6)';
  context.lineWidth = 2.5 * pixelRatio;
  context.stroke();
  context.strokeStyle = 'rgb(255 255 255 / 0.85)';
  context.lineWidth = pixelRatio;
  context.stroke();
}
