import { formatValue } from '../../math/format-number.ts';
import type { Scale } from '../../math/scales.ts';

/** A number at a position of a colour bar, 0 to 1. */
export interface ScaleTick {
  readonly unit: number;
  readonly text: string;
}

/** Numbers at both ends and in the middle; none for a constant scale. */
export function scaleTicks(scale: Scale): ScaleTick[] {
  if (scale.constant !== null) return [];
  return [0, 0.5, 1].map((unit) => ({ unit, text: formatValue(scale.toValue(unit)) }));
}

/** The scale in words: its kind, its floor, or that there is nothing to tell apart. */
export function scaleWords(scale: Scale): string {
  if (scale.constant !== null) return `every value is ${formatValue(scale.constant)}`;
  if (scale.floor !== null) return `log, lower values drawn as ${formatValue(scale.floor)}`;
  return scale.kind === 'quantile' ? 'quantile: equal shares of the values' : 'linear';
}
