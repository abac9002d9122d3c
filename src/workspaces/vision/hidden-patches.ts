import type { VisionRun } from '../../engine/protocol.ts';
import type { AttentionChanges } from '../../engine/what-if-protocol.ts';

/**
 * Which patches are hidden from the model.
 * @returns [patch], 1 for a hidden one; null when none is
 */
export function hiddenPatches(
  { hiddenTokens }: AttentionChanges,
  { tokenCount, specialTokens }: VisionRun,
): Uint8Array | null {
  if (hiddenTokens.length === 0) return null;
  const hidden = new Uint8Array(tokenCount - specialTokens.length);
  for (const token of hiddenTokens) hidden[token - specialTokens.length] = 1;
  return hidden;
}
