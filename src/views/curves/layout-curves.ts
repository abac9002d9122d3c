import { scaleLinear } from 'd3';
import type { Rectangle } from '../../math/geometry.ts';
import { formatPercent, formatValue } from '../../math/format-number.ts';
import type { PlotTick } from '../plot/layout-plot.ts';

/** A line over shares from 0 to 1. */
export interface Curve {
  readonly name: string;
  /** One for each share. */
  readonly values: ArrayLike<number>;
}

/** Where several lines run: between their smallest and largest at each share. */
export interface Band {
  readonly name: string;
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly mean: ArrayLike<number>;
}

export interface CurvesContent {
  /** Rising, 0 to 1. */
  readonly shares: ArrayLike<number>;
  readonly curve: Curve;
  readonly band: Band | null;
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

/** Curves in pixels. */
export interface CurvesLayout {
  readonly plot: Rectangle;
  readonly shareTicks: readonly PlotTick[];
  readonly valueTicks: readonly PlotTick[];
  readonly curve: readonly CurvePoint[];
  /** The band's outline: along its top, and back along its foot. */
  readonly band: readonly CurvePoint[];
  readonly mean: readonly CurvePoint[];
}

const margins = { left: 44, right: 14, top: 10, bottom: 36 };
const pixelsPerValueTick = 40;
const shareTicks = [0, 0.25, 0.5, 0.75, 1];

/** The band of several curves of as many values. */
export function bandOf(name: string, curves: readonly ArrayLike<number>[]): Band | null {
  const count = curves[0]?.length ?? 0;
  if (count === 0) return null;
  const at = (index: number): number[] => curves.map((curve) => curve[index] ?? Number.NaN);
  const each = (of: (values: number[]) => number): Float32Array =>
    Float32Array.from({ length: count }, (_, index) => of(at(index)));
  return {
    name,
    low: each((values) => Math.min(...values)),
    high: each((values) => Math.max(...values)),
    mean: each((values) => values.reduce((sum, value) => sum + value, 0) / values.length),
  };
}

/**
 * Shares from left to right, values from 0 to the next round number above the largest.
 * @param largest the largest value of figures that are to share a scale
 */
export function layoutCurves(
  { shares, curve, band }: CurvesContent,
  largest: number,
  width: number,
  height: number,
): CurvesLayout {
  const plot = {
    x: margins.left,
    y: margins.top,
    width: Math.max(1, width - margins.left - margins.right),
    height: Math.max(1, height - margins.top - margins.bottom),
  };
  const tickCount = Math.max(2, Math.round(plot.height / pixelsPerValueTick));
  const toX = scaleLinear().range([plot.x, plot.x + plot.width]);
  const toY = scaleLinear()
    .domain([0, largest || 1])
    .nice(tickCount)
    .range([plot.y + plot.height, plot.y]);
  const pointsOf = (values: ArrayLike<number>): CurvePoint[] =>
    Array.from(shares, (share, index) => ({ share, value: values[index] ?? Number.NaN }))
      .filter(({ value }) => Number.isFinite(value))
      .map(({ share, value }) => ({ x: toX(share), y: toY(value) }));
  return {
    plot,
    shareTicks: shareTicks.map((share) => ({ at: toX(share), text: formatPercent(share, 0) })),
    valueTicks: toY.ticks(tickCount).map((value) => ({ at: toY(value), text: formatValue(value) })),
    curve: pointsOf(curve.values),
    band: band ? [...pointsOf(band.high), ...pointsOf(band.low).toReversed()] : [],
    mean: band ? pointsOf(band.mean) : [],
  };
}

/** The largest finite value of several figures, so that they share a scale. */
export function largestOf(contents: readonly CurvesContent[]): number {
  const all = contents.flatMap(({ curve, band }) => [
    ...Array.from(curve.values),
    ...Array.from(band?.high ?? []),
  ]);
  return Math.max(0, ...all.filter(Number.isFinite));
}
