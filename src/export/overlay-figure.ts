import type { ColourMap } from '../math/colour-maps.ts';
import { paletteOf } from '../math/colourise.ts';
import type { ImageGeometry } from '../math/geometry.ts';
import type { Scale } from '../math/scales.ts';
import {
  drawFitFrame,
  drawHidden,
  drawMap,
  drawMarks,
  drawPicture,
  type Picture,
} from '../views/overlay/draw-overlay.ts';
import {
  layoutOverlay,
  visibleRectangle,
  type OverlayExtent,
} from '../views/overlay/layout-overlay.ts';
import type { Figure, FigureScale } from './figure.ts';

export interface OverlayFigureOptions {
  readonly picture: Picture;
  readonly geometry: ImageGeometry;
  readonly values: Float32Array;
  readonly scale: Scale;
  readonly colourMap: ColourMap;
  readonly opacity: number;
  readonly opacityMode?: 'by-value' | 'even';
  readonly smooth: boolean;
  readonly queryPatch: number | null;
  readonly outline?: Uint8Array | null;
  readonly hidden?: Uint8Array | null;
  readonly fitFrame?: boolean;
  readonly extent?: OverlayExtent;
  readonly unit: string;
  readonly note?: string;
  readonly caption: string;
  /** The longer side in CSS pixels. */
  readonly size?: number;
}

/** The overlay on paper. */
export function overlayFigure(options: OverlayFigureOptions): Figure {
  const { picture, geometry, scale, colourMap, caption, size = 620, extent = 'whole' } = options;
  const {
    queryPatch,
    outline = null,
    hidden = null,
    fitFrame = true,
    opacityMode = 'by-value',
  } = options;
  const visible = visibleRectangle(geometry, extent);
  const shrink = size / Math.max(visible.width, visible.height);
  const width = Math.round(visible.width * shrink);
  const height = Math.round(visible.height * shrink);
  const palette = paletteOf(colourMap, { mode: opacityMode, opacity: options.opacity });
  const { values, smooth } = options;
  return {
    width,
    height,
    caption,
    scale: figureScale(options),
    draw(context, pixelRatio) {
      const canvasWidth = width * pixelRatio;
      const canvasHeight = height * pixelRatio;
      const layout = layoutOverlay(geometry, canvasWidth, canvasHeight, extent);
      context.beginPath();
      context.rect(0, 0, canvasWidth, canvasHeight);
      context.clip();
      drawPicture(context, layout, picture);
      if (fitFrame) drawFitFrame(context, layout, pixelRatio);
      drawMap(context, layout, geometry, { values, scale, palette, smooth });
      if (hidden) drawHidden(context, layout, geometry, hidden, pixelRatio);
      const marks = { queryPatch, hoveredPatch: null, outline };
      drawMarks(context, layout, geometry, marks, pixelRatio);
    },
  };
}

interface ScaleOptions {
  readonly scale: Scale;
  readonly colourMap: ColourMap;
  readonly unit: string;
  readonly note?: string;
}

/** What a figure prints of its scale. */
export function figureScale({ scale, colourMap, unit, note }: ScaleOptions): FigureScale {
  return note === undefined ? { scale, colourMap, unit } : { scale, colourMap, unit, note };
}
