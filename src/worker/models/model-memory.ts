import type { ModelMemory } from '../../engine/model-protocol.ts';
import type { ModelDescription } from './model-family.ts';

/** Bytes that a described model takes of the device. */
export function memoryOf({
  matrixElements,
  otherElements,
  activationBytes,
  attentionBytes,
}: ModelDescription): Pick<ModelMemory, 'weights' | 'activations' | 'attention'> {
  const others = 4 * otherElements;
  return {
    weights: {
      float32: 4 * matrixElements + others,
      float16: 2 * matrixElements + others,
      int8: matrixElements + others,
    },
    activations: activationBytes,
    attention: attentionBytes,
  };
}
