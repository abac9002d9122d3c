/** A cell of an alignment: target (query) and source (key), both counted from 0. */
export interface AlignmentCell {
  readonly query: number;
  readonly key: number;
}

/** A cell, or a whole row or column where the other is null. */
export interface AlignmentPlace {
  readonly query: number | null;
  readonly key: number | null;
}

/** Whether both say the same place; null is no place. */
export function isSamePlace(a: AlignmentPlace | null, b: AlignmentPlace | null): boolean {
  return a?.query === b?.query && a?.key === b?.key;
}
