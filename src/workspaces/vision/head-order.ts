import type { HeadStatistics } from '../../engine/protocol.ts';
import type { HeadImportance } from '../../engine/what-if-protocol.ts';
import type { HeadOrder } from './state.ts';

/**
 * How much of the target's probability goes with each head: below 0 where its absence helps.
 * @returns [layer, head], -1 to 1
 */
export function importanceOfHeads({ probability, without }: HeadImportance): Float32Array {
  return without.map((left) => probability - left);
}

/** The largest size of any value, whatever its sign; 0 for none. */
export function largestSize(values: Float32Array | null): number {
  return values?.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) ?? 0;
}

/** What heads are ordered by; null before it is measured. */
export interface OrderValues {
  readonly statistics: HeadStatistics | null;
  /** [layer, head] */
  readonly importance: Float32Array | null;
}

function valuesOf(order: HeadOrder, { statistics, importance }: OrderValues): Float32Array | null {
  switch (order) {
    case 'number':
      return null;
    case 'entropy':
      return statistics?.entropy ?? null;
    case 'distance':
      return statistics?.meanDistance ?? null;
    case 'importance':
      // The most important first.
      return importance?.map((value) => -value) ?? null;
  }
}

/**
 * The heads of each layer in the order of a statistic, smallest first, or of importance, largest
 * first.
 * @returns [layer][position], heads counted from 0; null for the heads' own order
 */
export function headOrder(
  order: HeadOrder,
  known: OrderValues,
  layerCount: number,
  headCount: number,
): number[][] | null {
  const values = valuesOf(order, known);
  if (!values) return null;
  const heads = Array.from({ length: headCount }, (_, head) => head);
  return Array.from({ length: layerCount }, (_, layer) => {
    const value = (head: number): number => values[layer * headCount + head] ?? 0;
    return heads.toSorted((a, b) => value(a) - value(b));
  });
}
