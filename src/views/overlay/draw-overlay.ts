import type { DrawingContext } from '../canvas/drawing-context.ts';
import { upsampleBilinear } from '../../math/bilinear.ts';
import { patchRectangle, type ImageGeometry, type Rectangle } from '../../math/geometry.ts';
import { outlineSegments } from '../../math/mass-outline.ts';
import type { Scale } from '../../math/scales.ts';
import { doubleStroke } from '../canvas/double-stroke.ts';
import { rasterOf } from '../canvas/raster.ts';
import { toCanvas, type OverlayLayout } from './layout-overlay.ts';

/** Pixels along the longer side of a smooth map; the canvas interpolates the rest unseen. */
const smoothSize = 256;

/** A picture and the size to draw it at, in source pixels of the geometry. */
export type Picture = CanvasImageSource;

export function drawPicture(
  context: DrawingContext,
  layout: OverlayLayout,
  picture: Picture,
): void {
  const { x, y, width, height } = layout.picture;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, x, y, width, height);
}

/** Dims what the model does not see, and draws the edge of what it sees. */
export function drawFitFrame(
  context: DrawingContext,
  { picture, region }: OverlayLayout,
  pixelRatio: number,
): void {
  context.save();
  context.beginPath();
  context.rect(picture.x, picture.y, picture.width, picture.height);
  context.clip();
  context.beginPath();
  context.rect(picture.x, picture.y, picture.width, picture.height);
  context.rect(region.x, region.y, region.width, region.height);
  context.fillStyle = 'rgb(0 0 0 / 0.6)';
  context.fill('evenodd');
  context.restore();
  const isInside = region.width < picture.width - 0.5 || region.height < picture.height - 0.5;
  if (!isInside) return;
  context.beginPath();
  context.rect(region.x, region.y, region.width, region.height);
  context.strokeStyle = 'rgb(255 255 255 / 0.8)';
  context.lineWidth = pixelRatio;
  context.stroke();
}

export interface OverlayMap {
  /** One value for each patch, row by row. */
  readonly values: Float32Array;
  readonly scale: Scale;
  /** [256, RGBA] from `paletteOf`. */
  readonly palette: Uint8ClampedArray;
  /** Interpolates the values between patch centres. */
  readonly smooth: boolean;
}

/**
 * Draws the map over the region, each patch on the pixels it was cut from.
 * @throws RangeError if there is not one value for each patch
 */
export function drawMap(
  context: DrawingContext,
  layout: OverlayLayout,
  geometry: ImageGeometry,
  { values, scale, palette, smooth }: OverlayMap,
): void {
  const { gridColumns, gridRows } = geometry;
  if (values.length !== gridColumns * gridRows)
    throw new RangeError(
      `A map of ${gridRows} × ${gridColumns} patches cannot hold ${values.length} values.`,
    );
  const factor = smooth ? Math.ceil(smoothSize / Math.max(gridColumns, gridRows)) : 1;
  const width = gridColumns * factor;
  const height = gridRows * factor;
  const sampled = smooth ? upsampleBilinear(values, gridColumns, gridRows, width, height) : values;
  const raster = rasterOf(sampled, width, height, scale, palette);
  const { region } = layout;
  context.imageSmoothingEnabled = smooth;
  context.drawImage(raster, region.x, region.y, region.width, region.height);
}

/** Pixels from one line of the hatching to the next. */
const hatchStep = 7;

/** Hatches the patches that are hidden from the model. */
export function drawHidden(
  context: DrawingContext,
  layout: OverlayLayout,
  geometry: ImageGeometry,
  /** 1 for each hidden patch, else 0. */
  hidden: Uint8Array,
  pixelRatio: number,
): void {
  for (const [patch, isHidden] of hidden.entries())
    if (isHidden)
      hatch(context, toCanvas(layout, patchRectangle(geometry, patch)), hatchStep * pixelRatio);
  traceOutline(context, layout, geometry, hidden);
  doubleStroke(context, pixelRatio);
}

/** Lines run on from one rectangle to the next. */
function hatch(context: DrawingContext, { x, y, width, height }: Rectangle, step: number): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.fillStyle = 'rgb(0 0 0 / 0.72)';
  context.fillRect(x, y, width, height);
  context.beginPath();
  const first = Math.ceil((x - y - height) / step) * step;
  for (let offset = first; offset < x + width - y; offset += step) {
    context.moveTo(y + offset, y);
    context.lineTo(y + height + offset, y + height);
  }
  context.strokeStyle = 'rgb(255 255 255 / 0.75)';
  context.lineWidth = step / 6;
  context.stroke();
  context.restore();
}

export interface OverlayMarks {
  readonly queryPatch: number | null;
  readonly hoveredPatch: number | null;
  /** 1 for each patch to draw a line around, else 0. */
  readonly outline: Uint8Array | null;
}

export function drawMarks(
  context: DrawingContext,
  layout: OverlayLayout,
  geometry: ImageGeometry,
  { queryPatch, hoveredPatch, outline }: OverlayMarks,
  pixelRatio: number,
): void {
  if (outline) {
    traceOutline(context, layout, geometry, outline);
    doubleStroke(context, pixelRatio);
  }
  if (hoveredPatch !== null && hoveredPatch !== queryPatch) {
    tracePatch(context, layout, geometry, hoveredPatch);
    doubleStroke(context, pixelRatio);
  }
  if (queryPatch !== null) {
    const width = 2 * pixelRatio;
    tracePatch(context, layout, geometry, queryPatch, width);
    doubleStroke(context, width);
  }
}

function tracePatch(
  context: DrawingContext,
  layout: OverlayLayout,
  geometry: ImageGeometry,
  patch: number,
  /** Leaves the pixels of a small patch seen. */
  outset = 0,
): void {
  const { x, y, width, height } = toCanvas(layout, patchRectangle(geometry, patch));
  context.beginPath();
  context.rect(x - outset, y - outset, width + 2 * outset, height + 2 * outset);
}

function traceOutline(
  context: DrawingContext,
  { region }: OverlayLayout,
  { gridColumns, gridRows }: ImageGeometry,
  outline: Uint8Array,
): void {
  const cellWidth = region.width / gridColumns;
  const cellHeight = region.height / gridRows;
  context.beginPath();
  for (const { x1, y1, x2, y2 } of outlineSegments(outline, gridColumns, gridRows)) {
    context.moveTo(region.x + x1 * cellWidth, region.y + y1 * cellHeight);
    context.lineTo(region.x + x2 * cellWidth, region.y + y2 * cellHeight);
  }
}
