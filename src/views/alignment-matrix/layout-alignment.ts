import type { Rectangle } from '../../math/geometry.ts';
import { estimateWidth } from '../tokens/label-width.ts';
import type { AlignmentCell, AlignmentPlace } from './alignment-place.ts';

/** In CSS pixels. */
export const smallestCell = 14;
const usualLargestCell = 44;
export const largestCell = 96;
/** Names may be so long in any case, and longer where the cells leave room. */
const usualLongestLabel = 120;
const longestLabel = 240;
/** A surface is at most about so high: with smaller cells most sentences are seen whole. */
const usualHeight = 640;
/** Cells as small as this are not made smaller for the sake of names, or of the height. */
const comfortableCell = 24;
const labelGap = 10;
/** Room that a vertical scroll bar may take. */
const scrollBarRoom = 14;
const fontSizes = { small: 11, usual: 13 };
/** Names of keys stand at this angle above their columns. */
export const keyAngle = (70 * Math.PI) / 180;

/** The sizes of a whole alignment matrix, in CSS pixels. */
export interface AlignmentFrame {
  readonly queryCount: number;
  readonly keyCount: number;
  readonly cell: number;
  /** Band at the left for the names of queries. */
  readonly queryBand: number;
  /** Band on top for the names of keys. */
  readonly keyBand: number;
  /** Names are cut at these lengths. */
  readonly queryLength: number;
  readonly keyLength: number;
  readonly fontSize: number;
  readonly contentWidth: number;
  readonly contentHeight: number;
}

/**
 * Cells as large as the width allows, within limits, and smaller where all rows are seen with that.
 * @param width CSS pixels that the matrix should not exceed
 * @param zoom 1 fits the width; the cell stays between its limits
 * @param widthOf how wide a name is, in font sizes; an estimate where no font is at hand
 */
export function frameAlignment(
  queryLabels: readonly string[],
  keyLabels: readonly string[],
  width: number,
  zoom = 1,
  widthOf: (label: string) => number = estimateWidth,
): AlignmentFrame {
  const lengthsOf = (labels: readonly string[], longest: number) =>
    labels.map((label) => Math.min(longest, widthOf(label) * fontSizes.usual));
  const share = Math.max(48, Math.min(usualLongestLabel, width * 0.28));
  // Names of keys stand almost upright: they take height, and of the width a third of their length.
  const keyLengths = lengthsOf(keyLabels, Math.max(share, Math.min(longestLabel, width * 0.4)));
  const spare = width - keyLabels.length * comfortableCell - 2 * usualLongestLabel;
  const queryLength = Math.max(
    16,
    ...lengthsOf(queryLabels, Math.max(share, Math.min(longestLabel, spare))),
  );
  const keyLength = Math.max(16, ...keyLengths);
  const queryBand = Math.ceil(queryLength + labelGap);
  const keyBand = Math.ceil(keyLength * Math.sin(keyAngle) + labelGap);
  const overhangAt = (cell: number) =>
    keyLengths.reduce((most, length, key) => {
      const past = length * Math.cos(keyAngle) + labelGap;
      return Math.max(most, past - (keyLabels.length - key - 0.5) * cell);
    }, 0);
  const room = width - queryBand - overhangAt(smallestCell) - scrollBarRoom;
  const high = (usualHeight - keyBand - 2) / Math.max(1, queryLabels.length);
  const fitting = clamp(
    Math.floor(Math.min(room / Math.max(1, keyLabels.length), Math.max(high, comfortableCell))),
    smallestCell,
    usualLargestCell,
  );
  const cell = clamp(Math.round(fitting * zoom), smallestCell, largestCell);
  return {
    queryCount: queryLabels.length,
    keyCount: keyLabels.length,
    cell,
    queryBand,
    keyBand,
    queryLength,
    keyLength,
    fontSize: cell < 18 ? fontSizes.small : fontSizes.usual,
    contentWidth: Math.ceil(queryBand + keyLabels.length * cell + overhangAt(cell)),
    contentHeight: keyBand + queryLabels.length * cell + 2,
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

/** What of the content is seen, in CSS pixels. */
export interface SeenPart {
  readonly width: number;
  readonly height: number;
  readonly x: number;
  readonly y: number;
}

/** The matrix on a canvas, in its pixels. Rows are queries, columns keys; bands stay in place. */
export interface AlignmentLayout {
  readonly frame: AlignmentFrame;
  readonly cell: number;
  /** Where the cells are seen. */
  readonly plot: Rectangle;
  /** The first cell's upper left corner, which may lie outside the plot. */
  readonly originX: number;
  readonly originY: number;
  /** Seen cells: from first to before end. */
  readonly firstQuery: number;
  readonly endQuery: number;
  readonly firstKey: number;
  readonly endKey: number;
}

/** @param pixelRatio canvas pixels for each CSS pixel */
export function layoutAlignment(
  frame: AlignmentFrame,
  seen: SeenPart,
  pixelRatio = 1,
): AlignmentLayout {
  const cell = frame.cell * pixelRatio;
  const left = frame.queryBand * pixelRatio;
  const top = frame.keyBand * pixelRatio;
  const originX = left - seen.x * pixelRatio;
  const originY = top - seen.y * pixelRatio;
  const right = Math.min(seen.width * pixelRatio, originX + frame.keyCount * cell);
  const bottom = Math.min(seen.height * pixelRatio, originY + frame.queryCount * cell);
  const plot = {
    x: left,
    y: top,
    width: Math.max(0, right - left),
    height: Math.max(0, bottom - top),
  };
  return {
    frame,
    cell,
    plot,
    originX,
    originY,
    firstQuery: Math.max(0, Math.floor((top - originY) / cell)),
    endQuery: Math.min(frame.queryCount, Math.ceil((top + plot.height - originY) / cell)),
    firstKey: Math.max(0, Math.floor((left - originX) / cell)),
    endKey: Math.min(frame.keyCount, Math.ceil((left + plot.width - originX) / cell)),
  };
}

/** The rectangle of a cell, gap to its neighbours included; it may lie outside the plot. */
export function alignmentCellRectangle(
  { originX, originY, cell }: AlignmentLayout,
  { query, key }: AlignmentCell,
): Rectangle {
  const x = Math.round(originX + key * cell);
  const y = Math.round(originY + query * cell);
  return {
    x,
    y,
    width: Math.round(originX + (key + 1) * cell) - x,
    height: Math.round(originY + (query + 1) * cell) - y,
  };
}

/** The cell under a point of the canvas; in a band the row or column; null elsewhere. */
export function hitTestAlignment(
  layout: AlignmentLayout,
  x: number,
  y: number,
): AlignmentPlace | null {
  const { plot, originX, originY, cell, frame } = layout;
  const query = Math.floor((y - originY) / cell);
  const isRow = y >= plot.y && y < plot.y + plot.height && query < frame.queryCount;
  if (isRow && x >= 0 && x < plot.x) return { query, key: null };
  // A name on top leans to the right.
  const across = y < plot.y ? x - (plot.y - y) / Math.tan(keyAngle) : x;
  const key = Math.floor((across - originX) / cell);
  const isColumn = across >= plot.x && across < plot.x + plot.width && key < frame.keyCount;
  if (isColumn && y >= 0 && y < plot.y) return { query: null, key };
  return isRow && isColumn ? { query, key } : null;
}

/** Whether a causal query sees a key: itself and what came before it. */
export function isSeen(causal: boolean, query: number, key: number): boolean {
  return !causal || key <= query;
}

/** The scroll position nearest to the present one that shows a cell whole. */
export function revealCell(
  frame: AlignmentFrame,
  seen: SeenPart,
  { query, key }: AlignmentPlace,
): { readonly x: number; readonly y: number } {
  const nearest = (at: number, start: number, room: number) =>
    at < start ? at : Math.max(start, at + frame.cell - room);
  return {
    x: key === null ? seen.x : nearest(key * frame.cell, seen.x, seen.width - frame.queryBand),
    y: query === null ? seen.y : nearest(query * frame.cell, seen.y, seen.height - frame.keyBand),
  };
}
