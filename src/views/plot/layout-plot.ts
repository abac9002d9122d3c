import { scaleLinear } from 'd3';
import type { Rectangle } from '../../math/geometry.ts';
import { formatValue } from '../../math/format-number.ts';

export interface PlotTick {
  /** Along its axis, in pixels. */
  readonly at: number;
  readonly text: string;
}

export interface PlotPoint {
  /** Counted from 0. */
  readonly layer: number;
  readonly head: number;
  readonly value: number;
  readonly x: number;
  readonly y: number;
}

/** A value of every head over depth, in pixels. */
export interface PlotLayout {
  readonly plot: Rectangle;
  readonly layerTicks: readonly PlotTick[];
  readonly valueTicks: readonly PlotTick[];
  /** Row-major [layer, head]; heads without a finite value are left out. */
  readonly points: readonly PlotPoint[];
  /** The mean of each layer's heads, for layers that have one. */
  readonly means: readonly { readonly x: number; readonly y: number }[];
}

const margins = { left: 44, right: 10, top: 10, bottom: 34 };
/** The share of a layer's width over which its heads are spread, so that they do not hide. */
const spread = 0.64;
const pixelsPerValueTick = 36;
const pixelsPerLayerTick = 22;

/**
 * Layers from left to right, counted from 1; values from 0 (or the least negative) upwards.
 * @param values row-major [layer, head]
 */
export function layoutPlot(
  values: Float32Array,
  layerCount: number,
  headCount: number,
  width: number,
  height: number,
): PlotLayout {
  const plot = {
    x: margins.left,
    y: margins.top,
    width: Math.max(1, width - margins.left - margins.right),
    height: Math.max(1, height - margins.top - margins.bottom),
  };
  const band = plot.width / layerCount;
  const finite = [...values].filter(Number.isFinite);
  const tickCount = Math.max(2, Math.round(plot.height / pixelsPerValueTick));
  const toY = scaleLinear()
    .domain([Math.min(0, ...finite), Math.max(0, ...finite) || 1])
    .nice(tickCount)
    .range([plot.y + plot.height, plot.y]);
  const xOf = (layer: number, head: number) =>
    plot.x + band * (layer + 0.5 + spread * ((head + 0.5) / headCount - 0.5));

  const points: PlotPoint[] = [];
  const means: { x: number; y: number }[] = [];
  for (let layer = 0; layer < layerCount; layer += 1) {
    let sum = 0;
    let count = 0;
    for (let head = 0; head < headCount; head += 1) {
      const value = values[layer * headCount + head] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      points.push({ layer, head, value, x: xOf(layer, head), y: toY(value) });
      sum += value;
      count += 1;
    }
    if (count > 0) means.push({ x: plot.x + band * (layer + 0.5), y: toY(sum / count) });
  }
  return {
    plot,
    layerTicks: layerTicks(plot, layerCount, band),
    valueTicks: toY.ticks(tickCount).map((value) => ({ at: toY(value), text: formatValue(value) })),
    points,
    means,
  };
}

function layerTicks(plot: Rectangle, layerCount: number, band: number): PlotTick[] {
  const step = Math.max(1, Math.ceil(pixelsPerLayerTick / band));
  return Array.from({ length: Math.ceil(layerCount / step) }, (_, index) => ({
    at: plot.x + band * (index * step + 0.5),
    text: String(index * step + 1),
  }));
}
