import type { ModelMemory } from '../../engine/model-protocol.ts';
import type { ModelDescription } from './model-family.ts';

/** Bytes that a described model takes of the device. */
export function memoryOf({
  packableElements,
  singleElements,
  activationBytes,
  attentionBytes,
}: ModelDescription): Pick<ModelMemory, 'weights' | 'activations' | 'attention'> {
  const others = 4 * singleElements;
  return {
    weights: {
      float32: 4 * packableElements + others,
      float16: 2 * packableElements + others,
      int8: packableElements + others,
    },
    activations: activationBytes,
    attention: attentionBytes,
  };
}
