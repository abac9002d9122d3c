import type {
  ModelMemory,
  ModelSheet,
  ModelSource,
  Precision,
} from '../../engine/model-protocol.ts';

/** Bytes that a model takes of the device with its weights kept so. */
export function bytesNeeded(memory: ModelMemory, precision: Precision): number {
  return memory.weights[precision] + memory.activations + memory.attention;
}

/** How what a model needs stands to what the device has. */
export type Fit = 'well' | 'tight' | 'not' | 'unknown';

/** So much of what is there may be used without a word: other tabs and the browser want some too. */
const comfortableShare = 0.6;

export function fitOf(memory: ModelMemory | null, precision: Precision): Fit {
  if (memory === null || memory.available === null) return 'unknown';
  const share = bytesNeeded(memory, precision) / memory.available;
  if (share > 1) return 'not';
  return share > comfortableShare ? 'tight' : 'well';
}

/** More than this is not fetched before the person has seen how much it is. */
const mostUnasked = 600e6;

/**
 * Whether a person who pressed `Load` is asked once more: where the model may not fit, or where much
 * more is fetched than people expect.
 */
export function needsAsking(sheet: ModelSheet, source: ModelSource, precision: Precision): boolean {
  const fit = fitOf(sheet.memory, precision);
  if (fit === 'tight' || fit === 'not') return true;
  const isFetched = source.kind !== 'files' && !sheet.isKept;
  return isFetched && sheet.bytes !== null && sheet.bytes > mostUnasked;
}
