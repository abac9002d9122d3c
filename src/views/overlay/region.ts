import type { Rectangle } from '../../math/geometry.ts';

/** What a region must keep to, in source pixels. */
export interface RegionLimits {
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Width over height of the model's input. */
  readonly aspect: number;
}

/** Which corner is dragged; the opposite one stays. */
export type Corner = 'north-west' | 'north-east' | 'south-west' | 'south-east';

/** The smallest region, as a share of the largest that fits. */
const smallestShare = 0.05;

function widestOf({ sourceWidth, sourceHeight, aspect }: RegionLimits): number {
  return Math.min(sourceWidth, sourceHeight * aspect);
}

function between(low: number, value: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}

/** The region moved by source pixels, kept inside the picture. */
export function moveRegion(
  region: Rectangle,
  deltaX: number,
  deltaY: number,
  { sourceWidth, sourceHeight }: RegionLimits,
): Rectangle {
  return {
    ...region,
    x: between(0, region.x + deltaX, sourceWidth - region.width),
    y: between(0, region.y + deltaY, sourceHeight - region.height),
  };
}

/**
 * The region with one corner dragged by source pixels: its aspect ratio is the input's, it stays
 * inside the picture, and it does not shrink to nothing.
 */
export function resizeRegion(
  region: Rectangle,
  corner: Corner,
  deltaX: number,
  deltaY: number,
  limits: RegionLimits,
): Rectangle {
  const { sourceWidth, sourceHeight, aspect } = limits;
  const growsEast = corner === 'north-east' || corner === 'south-east';
  const growsSouth = corner === 'south-west' || corner === 'south-east';
  const fixedX = growsEast ? region.x : region.x + region.width;
  const fixedY = growsSouth ? region.y : region.y + region.height;
  const byWidth = region.width + (growsEast ? deltaX : -deltaX);
  const byHeight = (region.height + (growsSouth ? deltaY : -deltaY)) * aspect;
  // The axis that moved more decides, so that a drag along either one is followed.
  const wanted =
    Math.abs(byWidth - region.width) >= Math.abs(byHeight - region.width) ? byWidth : byHeight;
  const roomX = growsEast ? sourceWidth - fixedX : fixedX;
  const roomY = growsSouth ? sourceHeight - fixedY : fixedY;
  const largest = Math.min(roomX, roomY * aspect);
  const smallest = Math.min(largest, widestOf(limits) * smallestShare);
  const width = between(smallest, wanted, largest);
  const height = width / aspect;
  return {
    x: growsEast ? fixedX : fixedX - width,
    y: growsSouth ? fixedY : fixedY - height,
    width,
    height,
  };
}
