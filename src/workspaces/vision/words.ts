import type { VisionRun } from '../../engine/protocol.ts';
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

/** The tokens that are no patches, in words: `[CLS]`, `[CLS] and [DIST]`, `[CLS] and 4 registers`. */
export function specialTokensInWords(specialTokens: readonly string[]): string {
  const registers = specialTokens.filter((name) => name.startsWith('[REG'));
  const others = specialTokens.filter((name) => !registers.includes(name));
  const counted = registers.length > 1 ? [`${registers.length} registers`] : registers;
  return [...others, ...counted].join(' and ');
}

/**
 * How much of a run's attention is kept: "Attention of 4 of 12 layers is kept, …"; null for a run of
 * which all is.
 */
export function keptLayersInWords({
  layerCount,
  keptLayerCount,
}: Pick<VisionRun, 'layerCount' | 'keptLayerCount'>): string | null {
  if (keptLayerCount >= layerCount) return null;
  return keptLayerCount === 0
    ? 'The attention of no layer is kept: each is computed again when opened.'
    : `Attention of ${keptLayerCount} of ${layerCount} layers is kept at a time; the others are computed again when opened.`;
}
