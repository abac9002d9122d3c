import type { ForcedChange } from '../engine/translation-protocol.ts';
import { jensenShannon, totalVariation } from '../math/distribution-distance.ts';
import { logSoftmax } from './decoding/scores.ts';
import type { ForcedOutput } from './models/translation-model.ts';

/** How far two outputs for the same target are apart, token by token. */
export function compareForced(
  before: ForcedOutput,
  after: ForcedOutput,
  target: readonly number[],
): ForcedChange[] {
  const size = before.logits.length / target.length;
  return target.map((token, position) => {
    const [old, changed] = [before, after].map(({ logits }) =>
      logSoftmax(logits.subarray(position * size, (position + 1) * size)),
    );
    const [p, q] = [old, changed].map((logs) => logs?.map(Math.exp) ?? new Float32Array(0));
    return {
      before: old?.[token] ?? Number.NaN,
      after: changed?.[token] ?? Number.NaN,
      totalVariation: totalVariation(p ?? [], q ?? []),
      jensenShannon: jensenShannon(p ?? [], q ?? []),
    };
  });
}
