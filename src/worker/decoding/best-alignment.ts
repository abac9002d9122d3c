import type { BestAlignment } from '../../engine/translation-protocol.ts';
import { Fields } from '../checkpoint/fields.ts';
import { fail } from '../failure.ts';
import type { StackInfo } from '../models/translation-model.ts';

function isHead(item: unknown): item is [number, number] {
  return Array.isArray(item) && item.length === 2 && item.every((index) => Number.isInteger(index));
}

/**
 * Which head of the cross-attention aligns best, where generation_config.json says so: its
 * `alignment_heads`, the first of them, and `alignment_error_rate`, as measured on gold alignments.
 * @throws HeedFailure `model-invalid` for a head that the model does not have
 */
export function parseBestAlignment(
  generation: string | null,
  cross: StackInfo,
): BestAlignment | null {
  if (generation === null) return null;
  const file = Fields.parse('generation_config.json', generation);
  const [first] = file.list('alignment_heads', isHead, 'pairs of layer and head') ?? [];
  if (first === undefined) return null;
  const [layer, head] = first;
  const exists = layer >= 0 && layer < cross.layerCount && head >= 0 && head < cross.headCount;
  if (!exists)
    return fail(
      'model-invalid',
      'generation_config.json names a head for alignments that the model does not have.',
      `alignment_heads: layer ${layer} of ${cross.layerCount}, head ${head} of ${cross.headCount}`,
    );
  const errorRate = file.has('alignment_error_rate')
    ? file.number('alignment_error_rate', 1, { min: 0, max: 1 })
    : null;
  return { layer, head, errorRate };
}
