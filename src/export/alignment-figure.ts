import type { ColourMap } from '../math/colour-maps.ts';
import { paletteOf } from '../math/colourise.ts';
import type { Scale } from '../math/scales.ts';
import type { AlignmentCell } from '../views/alignment-matrix/alignment-place.ts';
import { drawAlignmentCells } from '../views/alignment-matrix/draw-alignment.ts';
import { drawAlignmentLabels } from '../views/alignment-matrix/draw-labels.ts';
import { drawAlignmentMarks } from '../views/alignment-matrix/draw-marks.ts';
import { frameAlignment, layoutAlignment } from '../views/alignment-matrix/layout-alignment.ts';
import { visibleToken } from '../views/tokens/visible-text.ts';
import type { Figure } from './figure.ts';
import { figureScale } from './overlay-figure.ts';

export interface AlignmentFigureOptions {
  /** Row-major [query, key]: target × source. */
  readonly values: Float32Array;
  readonly queryLabels: readonly string[];
  readonly keyLabels: readonly string[];
  readonly scale: Scale;
  readonly colourMap: ColourMap;
  readonly causal?: boolean;
  readonly pinned?: AlignmentCell | null;
  readonly selectedQuery?: number | null;
  readonly unit: string;
  readonly note?: string;
  readonly caption: string;
  /** CSS pixels that cells of usual size stay within; many tokens take more. */
  readonly width?: number;
}

/** The whole alignment matrix on paper. */
export function alignmentFigure(options: AlignmentFigureOptions): Figure {
  const { values, queryLabels, keyLabels, scale, colourMap, caption, width = 680 } = options;
  const { causal = false, pinned = null, selectedQuery = null } = options;
  const labels = { query: queryLabels.map(visibleToken), key: keyLabels.map(visibleToken) };
  const frame = frameAlignment(labels.query, labels.key, width);
  const palette = paletteOf(colourMap, { mode: 'even', opacity: 1 });
  const whole = { x: 0, y: 0, width: frame.contentWidth, height: frame.contentHeight };
  return {
    width: frame.contentWidth,
    height: frame.contentHeight,
    caption,
    scale: figureScale(options),
    draw(context, pixelRatio, ink) {
      const layout = layoutAlignment(frame, whole, pixelRatio);
      drawAlignmentCells(context, layout, { values, scale, palette, causal }, ink, pixelRatio);
      drawAlignmentLabels(context, layout, labels, ink, pixelRatio);
      const marks = { hovered: null, pinned, selectedQuery };
      drawAlignmentMarks(context, layout, marks, labels, ink, pixelRatio);
    },
  };
}
