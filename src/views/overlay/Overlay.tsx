import { useCallback, useId, useMemo, useRef, type PointerEvent, type ReactNode } from 'react';
import type { ColourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import type { ImageGeometry } from '../../math/geometry.ts';
import type { Scale } from '../../math/scales.ts';
import { Canvas, type Draw } from '../canvas/Canvas.tsx';
import { classNames } from '../controls/class-names.ts';
import { customProperties } from '../controls/custom-properties.ts';
import {
  drawFitFrame,
  drawHidden,
  drawMap,
  drawMarks,
  drawPicture,
  type Picture,
} from './draw-overlay.ts';
import {
  hitTestOverlay,
  layoutOverlay,
  visibleRectangle,
  type OverlayExtent,
} from './layout-overlay.ts';
import styles from './Overlay.module.css';

export interface OverlayProps {
  readonly picture: Picture;
  readonly geometry: ImageGeometry;
  /** One value for each patch, row by row; null before the first run. */
  readonly values: Float32Array | null;
  readonly scale: Scale;
  readonly colourMap: ColourMap;
  /** 0 to 1. */
  readonly opacity: number;
  /** Opacity grows with the value (the default), or is the same everywhere. */
  readonly opacityMode?: 'by-value' | 'even';
  readonly smooth: boolean;
  /** Null while a special token is the query. */
  readonly queryPatch: number | null;
  readonly hoveredPatch: number | null;
  /** Patches to draw a line around: `massSet(values, share).mask`. */
  readonly outline?: Uint8Array | null;
  /** Patches hidden from the model, 1 for each: hatched. */
  readonly hidden?: Uint8Array | null;
  /** Dims what the model does not see. On by default. */
  readonly fitFrame?: boolean;
  readonly extent?: OverlayExtent;
  /** What is seen, in words, for those who do not see it. */
  readonly description: string;
  /** `Attention overlay` unless there are two. */
  readonly label?: string;
  /** Called when the patch under the pointer changes. */
  readonly onHover?: (patch: number | null) => void;
  readonly onSelect?: (patch: number) => void;
  /** Stands over the picture: the region editor, a message. */
  readonly children?: ReactNode;
}

/**
 * A map over the picture it belongs to. Picture, map and marks have a canvas each, so that a
 * moving pointer draws marks alone.
 */
export function Overlay({
  picture,
  geometry,
  values,
  scale,
  colourMap,
  opacity,
  opacityMode = 'by-value',
  smooth,
  queryPatch,
  hoveredPatch,
  outline = null,
  hidden = null,
  fitFrame = true,
  extent = 'whole',
  description,
  label = 'Attention overlay',
  onHover,
  onSelect,
  children,
}: OverlayProps): ReactNode {
  const descriptionId = useId();
  const palette = useMemo(
    () => paletteOf(colourMap, { mode: opacityMode, opacity }),
    [colourMap, opacityMode, opacity],
  );
  const drawBase = useCallback<Draw>(
    (context, { width, height, pixelRatio }) => {
      const layout = layoutOverlay(geometry, width, height, extent);
      drawPicture(context, layout, picture);
      if (fitFrame) drawFitFrame(context, layout, pixelRatio);
    },
    [picture, geometry, extent, fitFrame],
  );
  const drawValues = useCallback<Draw>(
    (context, { width, height }) => {
      if (!values) return;
      const layout = layoutOverlay(geometry, width, height, extent);
      drawMap(context, layout, geometry, { values, scale, palette, smooth });
    },
    [geometry, extent, values, scale, palette, smooth],
  );
  const drawAllMarks = useCallback<Draw>(
    (context, { width, height, pixelRatio }) => {
      const layout = layoutOverlay(geometry, width, height, extent);
      if (hidden) drawHidden(context, layout, geometry, hidden, pixelRatio);
      drawMarks(context, layout, geometry, { queryPatch, hoveredPatch, outline }, pixelRatio);
    },
    [geometry, extent, queryPatch, hoveredPatch, outline, hidden],
  );

  const hovered = useRef<number | null>(null);
  const report = (patch: number | null) => {
    if (hovered.current === patch) return;
    hovered.current = patch;
    onHover?.(patch);
  };
  const patchUnder = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const layout = layoutOverlay(geometry, box.width, box.height, extent);
    return hitTestOverlay(layout, geometry, event.clientX - box.left, event.clientY - box.top);
  };
  const { width, height } = visibleRectangle(geometry, extent);

  return (
    <div className={styles.frame} style={customProperties({ '--overlay-aspect': width / height })}>
      <div
        // An image made of several canvases; the keyboard moves its query from anywhere.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="img"
        aria-label={label}
        aria-describedby={descriptionId}
        className={classNames(styles.surface, onSelect && styles.selectable)}
        onPointerMove={(event) => report(patchUnder(event))}
        onPointerLeave={() => report(null)}
        onPointerUp={(event) => {
          const patch = patchUnder(event);
          if (patch !== null && event.button === 0) onSelect?.(patch);
        }}
      >
        <Canvas draw={drawBase} />
        <Canvas draw={drawValues} />
        <Canvas draw={drawAllMarks} />
      </div>
      <span id={descriptionId} className={styles.description}>
        {description}
      </span>
      {children}
    </div>
  );
}
