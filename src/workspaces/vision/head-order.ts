import type { HeadStatistics } from '../../engine/protocol.ts';
import type { HeadOrder } from './state.ts';

/**
 * The heads of each layer in the order of a statistic, smallest first.
 * @returns [layer][position], heads counted from 0; null for the heads' own order
 */
export function headOrder(
  order: HeadOrder,
  statistics: HeadStatistics | null,
  layerCount: number,
  headCount: number,
): number[][] | null {
  if (order === 'number' || !statistics) return null;
  const values = order === 'entropy' ? statistics.entropy : statistics.meanDistance;
  const heads = Array.from({ length: headCount }, (_, head) => head);
  return Array.from({ length: layerCount }, (_, layer) => {
    const value = (head: number): number => values[layer * headCount + head] ?? 0;
    return heads.toSorted((a, b) => value(a) - value(b));
  });
}
