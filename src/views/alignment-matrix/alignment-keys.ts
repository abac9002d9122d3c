import type { AlignmentCell } from './alignment-place.ts';
import { isSeen } from './layout-alignment.ts';

/**
 * The pinned cell after a key, or null for keys that do not move it. Arrow keys move by one, Home
 * and End to the ends of the row. In a causal matrix it stays at or left of the diagonal.
 */
export function cellAfterKey(
  { query, key }: AlignmentCell,
  name: string,
  queryCount: number,
  keyCount: number,
  causal: boolean,
): AlignmentCell | null {
  const inside = (nextQuery: number, nextKey: number): AlignmentCell => {
    const query = Math.max(0, Math.min(queryCount - 1, nextQuery));
    const key = Math.max(0, Math.min(keyCount - 1, nextKey));
    return { query, key: isSeen(causal, query, key) ? key : query };
  };
  switch (name) {
    case 'ArrowUp':
      return inside(query - 1, key);
    case 'ArrowDown':
      return inside(query + 1, key);
    case 'ArrowLeft':
      return inside(query, key - 1);
    case 'ArrowRight':
      return inside(query, key + 1);
    case 'Home':
      return inside(query, 0);
    case 'End':
      return inside(query, keyCount - 1);
    default:
      return null;
  }
}
