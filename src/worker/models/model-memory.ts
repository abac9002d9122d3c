import type { ModelMemory, Precision } from '../../engine/model-protocol.ts';
import type { BackendName } from '../../engine/protocol.ts';
import type { ModelDescription } from './model-family.ts';

/** On wasm factors of products stand a second time, in panels, up to so many bytes. */
const MOST_PANEL_BYTES = 512 * 2 ** 20;

const BYTES: Readonly<Record<Precision, number>> = { float32: 4, float16: 2, int8: 1 };

/**
 * Bytes that a described model takes of the device.
 * @param backend the one that it will run on, or null if none has started
 */
export function memoryOf(
  description: ModelDescription,
  backend: BackendName | null,
): Pick<ModelMemory, 'weights' | 'activations' | 'attention'> {
  const { packableElements, expandedElements, singleElements } = description;
  const weights = (precision: Precision): number => {
    const isPacked = precision !== 'float32';
    const onDevice = 4 * (singleElements + (isPacked ? expandedElements : packableElements));
    const packed = isPacked ? BYTES[precision] * packableElements : 0;
    const panels = backend === 'wasm' ? Math.min(onDevice, MOST_PANEL_BYTES) : 0;
    return packed + onDevice + panels;
  };
  return {
    weights: {
      float32: weights('float32'),
      float16: weights('float16'),
      int8: weights('int8'),
    },
    activations: description.activationBytes,
    attention: description.attentionBytes,
  };
}
