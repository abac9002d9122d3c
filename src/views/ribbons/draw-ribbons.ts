import type { AlignmentPlace } from '../alignment-matrix/alignment-place.ts';
import type { AlignmentLabels } from '../alignment-matrix/draw-labels.ts';
import type { SeenPart } from '../alignment-matrix/layout-alignment.ts';
import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { Ink } from '../canvas/ink.ts';
import { fitText } from '../tokens/label-width.ts';
import { headColour, withOpacity } from './head-colours.ts';
import { labelSize, ribbonY, type RibbonFrame, type RibbonSide } from './layout-ribbons.ts';
import type { RibbonSelection } from './select-ribbons.ts';

export interface RibbonDrawing {
  readonly frame: RibbonFrame;
  readonly selection: RibbonSelection;
  readonly headCount: number;
  readonly labels: AlignmentLabels;
  /** Only lines of this token, or pair of tokens, are drawn; null draws all. */
  readonly focus: AlignmentPlace | null;
}

/** Weights of about the same size are drawn as one path: one stroke for many lines. */
const levelCount = 8;
/**
 * More lines than this are straight and one pixel wide, told apart by their opacity alone: without
 * a GPU, browsers draw those many times faster than any wider line.
 */
const crowdFrom = 600;
const curveSteps = 12;
/** In CSS pixels. */
const thinnest = 0.8;
const thickest = 6;

/** Lines, strongest on top, and names. In canvas pixels of what is seen. */
export function drawRibbons(
  context: DrawingContext,
  drawing: RibbonDrawing,
  seen: SeenPart,
  ink: Ink,
  pixelRatio: number,
): void {
  const levels = sortIntoLevels(drawing, seen);
  const lineCount = levels.reduce((sum, lines) => sum + lines.length, 0);
  context.save();
  context.scale(pixelRatio, pixelRatio);
  context.translate(-seen.x, -seen.y);
  context.lineJoin = 'round';
  const isCrowd = lineCount > crowdFrom;
  const most = thickestLine(drawing);
  for (const [index, lines] of levels.entries()) {
    if (lines.length === 0) continue;
    const level = Math.floor(index / drawing.headCount);
    const share = (level + 1) / levelCount;
    const colour = headColour(index % drawing.headCount, drawing.headCount, ink);
    context.beginPath();
    for (const line of lines) trace(context, drawing, line, !isCrowd);
    context.strokeStyle = withOpacity(colour, 0.12 + 0.78 * share);
    context.lineWidth = isCrowd ? 1 / pixelRatio : thinnest + (most - thinnest) * share;
    context.stroke();
  }
  drawLabels(context, drawing, seen, ink);
  context.restore();
}

/** Positions of the lines to draw, [level, head], weakest level first. */
function sortIntoLevels({ frame, selection, headCount, focus }: RibbonDrawing, seen: SeenPart) {
  const levels = Array.from({ length: levelCount * headCount }, (): number[] => []);
  const { queries, keys, heads, weights, count } = selection;
  for (let line = 0; line < count; line += 1) {
    const query = queries[line] ?? 0;
    const key = keys[line] ?? 0;
    if (!isInFocus(focus, query, key)) continue;
    const from = ribbonY(frame, 'key', key);
    const to = ribbonY(frame, 'query', query);
    if (Math.max(from, to) < seen.y || Math.min(from, to) > seen.y + seen.height) continue;
    const level = Math.min(levelCount - 1, Math.floor((weights[line] ?? 0) * levelCount));
    levels[level * headCount + (heads[line] ?? 0)]?.push(line);
  }
  return levels;
}

/** Whether a line belongs to what is pointed at. */
export function isInFocus(focus: AlignmentPlace | null, query: number, key: number): boolean {
  if (!focus) return true;
  return (focus.query ?? query) === query && (focus.key ?? key) === key;
}

/** Heads lie beside each other in a token's row, and are the thinner the more they are. */
function thickestLine({ frame, headCount }: RibbonDrawing): number {
  const thickness = Math.min(thickest, frame.rowHeight * 0.3);
  return headCount === 1
    ? thickness
    : Math.max(2 * thinnest, Math.min(thickness, laneOf(frame, headCount)));
}

function laneOf({ rowHeight }: RibbonFrame, headCount: number): number {
  return (rowHeight * 0.7) / headCount;
}

function trace(
  context: DrawingContext,
  { frame, selection, headCount }: RibbonDrawing,
  line: number,
  isCurved: boolean,
): void {
  const lane = ((selection.heads[line] ?? 0) - (headCount - 1) / 2) * laneOf(frame, headCount);
  const from = ribbonY(frame, 'key', selection.keys[line] ?? 0) + lane;
  const to = ribbonY(frame, 'query', selection.queries[line] ?? 0) + lane;
  context.moveTo(frame.keyX, from);
  if (isCurved && from !== to)
    for (let step = 1; step < curveSteps; step += 1) {
      const along = step / curveSteps;
      // Level at both ends: 3t² − 2t³.
      const down = along * along * (3 - 2 * along);
      context.lineTo(frame.keyX + along * (frame.queryX - frame.keyX), from + down * (to - from));
    }
  context.lineTo(frame.queryX, to);
}

/** Names beside the ends of the lines; with a focus, those that no line reaches step back. */
function drawLabels(
  context: DrawingContext,
  { frame, selection, labels, focus }: RibbonDrawing,
  seen: SeenPart,
  ink: Ink,
): void {
  const reached = focus ? reachedTokens(selection, focus) : null;
  context.font = `${labelSize}px ${ink.fontFamily}`;
  context.textBaseline = 'middle';
  for (const side of ['key', 'query'] as const) {
    context.textAlign = side === 'key' ? 'right' : 'left';
    const x = side === 'key' ? frame.keyX - 5 : frame.queryX + 5;
    for (const [index, label] of labels[side].entries()) {
      const y = ribbonY(frame, side, index);
      if (y < seen.y - labelSize || y > seen.y + seen.height + labelSize) continue;
      context.fillStyle = labelColour(side, index, focus, reached, ink);
      context.fillText(fitText(context, label, frame.labelLength + 2), x, y);
    }
  }
}

interface ReachedTokens {
  readonly query: ReadonlySet<number>;
  readonly key: ReadonlySet<number>;
}

function reachedTokens(selection: RibbonSelection, focus: AlignmentPlace): ReachedTokens {
  const query = new Set<number>();
  const key = new Set<number>();
  for (let line = 0; line < selection.count; line += 1) {
    const [atQuery, atKey] = [selection.queries[line] ?? 0, selection.keys[line] ?? 0];
    if (!isInFocus(focus, atQuery, atKey)) continue;
    query.add(atQuery);
    key.add(atKey);
  }
  return { query, key };
}

function labelColour(
  side: RibbonSide,
  index: number,
  focus: AlignmentPlace | null,
  reached: ReachedTokens | null,
  ink: Ink,
): string {
  if (focus?.[side] === index) return ink.accent;
  return !reached || reached[side].has(index) ? ink.text : ink.muted;
}
