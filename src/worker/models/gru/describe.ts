import type { ModelDescription, SettingsFiles } from '../model-family.ts';
import { parseGruConfig, type GruConfig } from './config.ts';

/** Tokens of the sentence, and of its translation, that a description reckons with. */
const TYPICAL_TOKENS = 40;
const TYPICAL_BEAMS = 4;

export function describeGru({ config: text }: SettingsFiles): ModelDescription {
  const config = parseGruConfig(text);
  const { vocabularySize, embeddingSize, decoderSize, attentionSize, encoderSize } = config;
  const annotationSize = 2 * encoderSize;
  const readSize = decoderSize + embeddingSize + annotationSize;
  const cells = cellElements(config);
  const matrices =
    cells.matrices +
    encoderSize * decoderSize +
    (decoderSize + embeddingSize + annotationSize) * attentionSize +
    readSize * embeddingSize;
  const vectors = cells.vectors + decoderSize + 2 * attentionSize + embeddingSize + vocabularySize;
  const table = vocabularySize * embeddingSize;
  return {
    stacks: [{ stack: 'cross', layerCount: 1, headCount: 1 }],
    input: null,
    labelCount: null,
    vocabulary: { source: vocabularySize, target: vocabularySize },
    parameterCount: matrices + vectors + table,
    packableElements: table,
    expandedElements: 0,
    // The output layer is a transposed copy of the table.
    singleElements: matrices + table + vectors,
    activationBytes:
      4 * TYPICAL_TOKENS * 4 * annotationSize + 4 * TYPICAL_BEAMS * 2 * vocabularySize,
    attentionBytes: 4 * TYPICAL_TOKENS ** 2,
  };
}

/** Of the encoder's cells in both directions, and the decoder's. */
function cellElements(config: GruConfig): { matrices: number; vectors: number } {
  const { embeddingSize, encoderSize, encoderLayerCount, decoderSize } = config;
  let matrices = 3 * decoderSize * (embeddingSize + 2 * encoderSize + decoderSize);
  for (let layer = 0; layer < encoderLayerCount; layer += 1) {
    const inSize = layer === 0 ? embeddingSize : 2 * encoderSize;
    matrices += 2 * 3 * encoderSize * (inSize + encoderSize);
  }
  return { matrices, vectors: 6 * decoderSize + encoderLayerCount * 2 * 6 * encoderSize };
}
