import type { AlignmentPlace } from '../views/alignment-matrix/alignment-place.ts';
import type { DrawingContext } from '../views/canvas/drawing-context.ts';
import type { Ink } from '../views/canvas/ink.ts';
import { drawRibbons } from '../views/ribbons/draw-ribbons.ts';
import { headColour } from '../views/ribbons/head-colours.ts';
import { frameRibbons } from '../views/ribbons/layout-ribbons.ts';
import { selectRibbons, type RibbonFilter } from '../views/ribbons/select-ribbons.ts';
import { visibleToken } from '../views/tokens/visible-text.ts';
import type { Figure } from './figure.ts';

export interface RibbonsFigureOptions {
  /** Row-major [head, query, key]. */
  readonly values: Float32Array;
  readonly headCount?: number;
  readonly headNames?: readonly string[];
  readonly queryLabels: readonly string[];
  readonly keyLabels: readonly string[];
  readonly filter: RibbonFilter;
  readonly causal?: boolean;
  /** Only lines of this token, or pair of tokens. */
  readonly selected?: AlignmentPlace | null;
  readonly keyName?: string;
  readonly queryName?: string;
  readonly caption: string;
  readonly width?: number;
}

/** In CSS pixels. */
const nameHeight = 22;
const legendRow = 18;
const legendColumn = 92;
const swatchWidth = 14;

/** The ribbons on paper, with the heads' colours below where there are several. */
export function ribbonsFigure(options: RibbonsFigureOptions): Figure {
  const { values, queryLabels, keyLabels, filter, caption, width = 480 } = options;
  const { headCount = 1, headNames = [], causal = false, selected = null } = options;
  const { keyName = 'source', queryName = 'target' } = options;
  const labels = { query: queryLabels.map(visibleToken), key: keyLabels.map(visibleToken) };
  const frame = frameRibbons(labels.query, labels.key, width);
  const selection = selectRibbons(
    { values, headCount, queryCount: queryLabels.length, keyCount: keyLabels.length, causal },
    filter,
  );
  const perRow = Math.max(1, Math.floor(frame.width / legendColumn));
  const legendHeight = headCount > 1 ? 8 + Math.ceil(headCount / perRow) * legendRow : 0;
  return {
    width: frame.width,
    height: nameHeight + frame.height + legendHeight,
    caption,
    scale: null,
    draw(context, pixelRatio, ink) {
      context.scale(pixelRatio, pixelRatio);
      drawNames(context, keyName, queryName, frame.width, ink);
      context.translate(0, nameHeight);
      const drawing = { frame, selection, headCount, labels, focus: selected };
      drawRibbons(context, drawing, { ...frame, x: 0, y: 0 }, ink, 1);
      context.translate(0, frame.height + 8);
      if (headCount > 1) drawLegend(context, headCount, headNames, perRow, ink);
    },
  };
}

function drawNames(
  context: DrawingContext,
  keyName: string,
  queryName: string,
  width: number,
  ink: Ink,
): void {
  context.font = `12px ${ink.fontFamily}`;
  context.fillStyle = ink.muted;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.fillText(keyName, 0, nameHeight / 2);
  context.textAlign = 'right';
  context.fillText(queryName, width, nameHeight / 2);
}

function drawLegend(
  context: DrawingContext,
  headCount: number,
  headNames: readonly string[],
  perRow: number,
  ink: Ink,
): void {
  context.font = `12px ${ink.fontFamily}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  for (let head = 0; head < headCount; head += 1) {
    const x = (head % perRow) * legendColumn;
    const y = (Math.floor(head / perRow) + 0.5) * legendRow;
    context.fillStyle = headColour(head, headCount, ink);
    context.fillRect(x, y - 1.5, swatchWidth, 3);
    context.fillStyle = ink.muted;
    context.fillText(headNames[head] ?? `head ${head + 1}`, x + swatchWidth + 5, y);
  }
}
