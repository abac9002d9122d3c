import { patchAt, type ImageGeometry, type Rectangle } from '../../math/geometry.ts';

/** Where the picture and the map stand on a canvas, in its pixels. */
export interface OverlayLayout {
  /** Canvas pixels for each source pixel. */
  readonly scale: number;
  /** Where source pixel (0, 0) lies. */
  readonly originX: number;
  readonly originY: number;
  readonly picture: Rectangle;
  /** The model's input: what the map covers. */
  readonly region: Rectangle;
}

/** What of the picture is shown: all of it and its padding, or the model's input alone. */
export type OverlayExtent = 'whole' | 'region';

/** The part of the source plane to show, in source pixels. */
export function visibleRectangle(geometry: ImageGeometry, extent: OverlayExtent): Rectangle {
  const { region, sourceWidth, sourceHeight } = geometry;
  if (extent === 'region') return region;
  const x = Math.min(0, region.x);
  const y = Math.min(0, region.y);
  return {
    x,
    y,
    width: Math.max(sourceWidth, region.x + region.width) - x,
    height: Math.max(sourceHeight, region.y + region.height) - y,
  };
}

/** Centres the visible part in a canvas, as large as it fits, its aspect ratio kept. */
export function layoutOverlay(
  geometry: ImageGeometry,
  width: number,
  height: number,
  extent: OverlayExtent = 'whole',
): OverlayLayout {
  const visible = visibleRectangle(geometry, extent);
  const scale = Math.min(width / visible.width, height / visible.height);
  const originX = (width - visible.width * scale) / 2 - visible.x * scale;
  const originY = (height - visible.height * scale) / 2 - visible.y * scale;
  const base = { scale, originX, originY };
  const source = { x: 0, y: 0, width: geometry.sourceWidth, height: geometry.sourceHeight };
  return {
    ...base,
    picture: toCanvas(base, source),
    region: toCanvas(base, geometry.region),
  };
}

type Placement = Pick<OverlayLayout, 'scale' | 'originX' | 'originY'>;

/** A rectangle of source pixels in canvas pixels. */
export function toCanvas(placement: Placement, rectangle: Rectangle): Rectangle {
  const { scale, originX, originY } = placement;
  return {
    x: originX + rectangle.x * scale,
    y: originY + rectangle.y * scale,
    width: rectangle.width * scale,
    height: rectangle.height * scale,
  };
}

/** The patch under a point of the canvas, or null outside the map. */
export function hitTestOverlay(
  layout: OverlayLayout,
  geometry: ImageGeometry,
  x: number,
  y: number,
): number | null {
  return patchAt(geometry, {
    x: (x - layout.originX) / layout.scale,
    y: (y - layout.originY) / layout.scale,
  });
}
