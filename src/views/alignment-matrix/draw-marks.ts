import type { Rectangle } from '../../math/geometry.ts';
import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { Ink } from '../canvas/ink.ts';
import type { AlignmentCell, AlignmentPlace } from './alignment-place.ts';
import { drawLabelHighlight, type AlignmentLabels } from './draw-labels.ts';
import { alignmentCellRectangle, type AlignmentLayout } from './layout-alignment.ts';

export interface AlignmentMarks {
  readonly hovered: AlignmentPlace | null;
  readonly pinned: AlignmentCell | null;
  readonly selectedQuery: number | null;
}

/** What is hovered, pinned and selected: lines in the plot, names in the accent's colour. */
export function drawAlignmentMarks(
  context: DrawingContext,
  layout: AlignmentLayout,
  { hovered, pinned: lastPinned, selectedQuery }: AlignmentMarks,
  labels: AlignmentLabels,
  ink: Ink,
  pixelRatio: number,
): void {
  const { plot, frame } = layout;
  const has = (query: number | null | undefined, key: number | null | undefined) =>
    (query ?? 0) < frame.queryCount && (key ?? 0) < frame.keyCount;
  // A shorter sentence may have come since it was pinned.
  const pinned = lastPinned && has(lastPinned.query, lastPinned.key) ? lastPinned : null;
  const queries = [selectedQuery, pinned?.query ?? null, hovered?.query ?? null];
  const keys = [pinned?.key ?? null, hovered?.key ?? null];
  for (const query of new Set(queries))
    if (query !== null)
      drawLabelHighlight(context, layout, 'query', query, labels, ink, pixelRatio);
  for (const key of new Set(keys))
    if (key !== null) drawLabelHighlight(context, layout, 'key', key, labels, ink, pixelRatio);
  context.save();
  context.beginPath();
  // The lines around the outer cells reach a little over them.
  const reach = 3 * pixelRatio;
  context.rect(plot.x - reach, plot.y - reach, plot.width + 2 * reach, plot.height + 2 * reach);
  context.clip();
  if (selectedQuery !== null && has(selectedQuery, null))
    drawSelectedRow(context, layout, selectedQuery, ink, pixelRatio);
  if (hovered?.query !== null && hovered?.query !== undefined && has(hovered.query, null))
    outline(context, rowRectangle(layout, hovered.query), ink, 1, pixelRatio);
  if (hovered?.key !== null && hovered?.key !== undefined && has(null, hovered.key))
    outline(context, columnRectangle(layout, hovered.key), ink, 1, pixelRatio);
  if (pinned) outline(context, alignmentCellRectangle(layout, pinned), ink, 2, pixelRatio);
  context.restore();
}

function rowRectangle(layout: AlignmentLayout, query: number): Rectangle {
  const { y, height } = alignmentCellRectangle(layout, { query, key: 0 });
  return { x: layout.plot.x, y, width: layout.plot.width, height };
}

function columnRectangle(layout: AlignmentLayout, key: number): Rectangle {
  const { x, width } = alignmentCellRectangle(layout, { query: 0, key });
  return { x, y: layout.plot.y, width, height: layout.plot.height };
}

/** A bar at the row's start and lines along it. */
function drawSelectedRow(
  context: DrawingContext,
  layout: AlignmentLayout,
  query: number,
  ink: Ink,
  pixelRatio: number,
): void {
  const { x, y, width, height } = rowRectangle(layout, query);
  context.fillStyle = ink.accent;
  const line = Math.max(1, Math.round(pixelRatio));
  context.fillRect(x - 3 * pixelRatio, y, 2 * pixelRatio, height - line);
  context.fillRect(x, y - line, width, line);
  context.fillRect(x, y + height - line, width, line);
}

/** In the accent's colour, with the ground's on both sides, so that it is seen on every colour. */
function outline(
  context: DrawingContext,
  { x, y, width, height }: Rectangle,
  ink: Ink,
  thickness: number,
  pixelRatio: number,
): void {
  const half = pixelRatio / 2;
  context.lineJoin = 'miter';
  for (const [colour, line] of [
    [ink.panel, thickness + 2],
    [ink.accent, thickness],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = line * pixelRatio;
    context.strokeRect(x - half, y - half, width, height);
  }
}
