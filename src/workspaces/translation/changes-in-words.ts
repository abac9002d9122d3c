import { offCount } from '../../engine/attention-changes.ts';
import type { ForcedChange, TranslationModelInfo } from '../../engine/translation-protocol.ts';
import type { AttentionChanges } from '../../engine/what-if-protocol.ts';
import { stacksOf } from './changes-actions.ts';

/** Below it nothing moved that the page would show. */
const smallestVariation = 0.0005;

/**
 * What is worth saying of the changes beyond the numbers, or null.
 * @param sourceCount tokens of the source
 */
export function changesInWords(
  changes: AttentionChanges,
  info: TranslationModelInfo,
  sourceCount: number,
  tokens: readonly ForcedChange[],
): string | null {
  const sizes = stacksOf(info);
  const isOff = sizes.map(
    ({ stack, layerCount, headCount }) => offCount(changes, stack) === layerCount * headCount,
  );
  if (isOff.every(Boolean) && info.stacks.encoder === null)
    return 'The attention is off: all that the decoder knows of the source is the state that it began with.';
  if (isOff.every(Boolean))
    return 'All heads are off: no token sees another. The numbers are still finite, but the translation no longer depends on the text.';
  const cross = sizes.findIndex(({ stack }) => stack === 'cross');
  if (isOff[cross] === true)
    return 'Every head of the cross-attention is off: the decoder sees nothing of the source.';
  if (changes.hiddenTokens.length >= sourceCount)
    return 'Every source token is hidden: this is what the model says without looking at any of them.';
  if (tokens.every(({ totalVariation }) => totalVariation < smallestVariation))
    return 'The model’s predictions stay as they were.';
  return null;
}
