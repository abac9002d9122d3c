import type { ImageGeometry } from '../../math/geometry.ts';

/** A token in words: `[CLS]`, or `patch row 8, column 7`, counted from 1. */
export function tokenName(
  token: number,
  specialTokens: readonly string[],
  geometry: ImageGeometry,
): string {
  const special = specialTokens[token];
  if (special !== undefined) return special;
  const patch = token - specialTokens.length;
  const row = Math.floor(patch / geometry.gridColumns) + 1;
  const column = (patch % geometry.gridColumns) + 1;
  return `patch row ${row}, column ${column}`;
}
