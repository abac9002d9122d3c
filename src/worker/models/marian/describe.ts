import type { ModelDescription, SettingsFiles } from '../model-family.ts';
import { parseMarianConfig, type MarianConfig, type StackConfig } from './config.ts';

/** Tokens of the sentence, and of its translation, that a description reckons with. */
const TYPICAL_TOKENS = 40;
const TYPICAL_BEAMS = 4;

export function describeMarian({ config: text }: SettingsFiles): ModelDescription {
  const config = parseMarianConfig(text);
  const { encoder, decoder, width } = config;
  const { sourceVocabularySize: source, targetVocabularySize: target } = config;
  const tables = embeddingTables(config);
  const encoderMatrices = encoder.layerCount * layerMatrices(encoder, width, 1);
  const decoderMatrices = decoder.layerCount * layerMatrices(decoder, width, 2);
  const vectors =
    encoder.layerCount * layerVectors(encoder, width, 1) +
    decoder.layerCount * layerVectors(decoder, width, 2) +
    target;
  const output = target * width;
  // A table that the output layer shares is never packed.
  const outputTable = config.tiesOutput ? output : 0;
  return {
    stacks: [
      { stack: 'encoder', layerCount: encoder.layerCount, headCount: encoder.headCount },
      { stack: 'decoder', layerCount: decoder.layerCount, headCount: decoder.headCount },
      { stack: 'cross', layerCount: decoder.layerCount, headCount: decoder.headCount },
    ],
    input: null,
    labelCount: null,
    vocabulary: { source, target },
    parameterCount:
      encoderMatrices + decoderMatrices + vectors + tables + (config.tiesOutput ? 0 : output),
    packableElements: encoderMatrices + tables - outputTable,
    expandedElements: layerMatrices(encoder, width, 1),
    // The output layer is a transposed copy of the table that it is tied to, or of one of its own.
    singleElements: decoderMatrices + output + vectors + outputTable,
    activationBytes:
      4 * TYPICAL_TOKENS * (8 * width + encoder.feedForwardWidth) +
      4 * TYPICAL_BEAMS * (2 * target + 2 * TYPICAL_TOKENS * width * decoder.layerCount),
    attentionBytes:
      4 *
      TYPICAL_TOKENS ** 2 *
      (encoder.layerCount * encoder.headCount + 2 * decoder.layerCount * decoder.headCount),
  };
}

function embeddingTables(config: MarianConfig): number {
  const { sourceVocabularySize: source, targetVocabularySize: target, sharesEmbeddings } = config;
  return (sharesEmbeddings ? source : source + target) * config.width;
}

/** @param attentionCount 1 in the encoder, 2 in the decoder */
function layerMatrices(
  { feedForwardWidth }: StackConfig,
  width: number,
  attentionCount: number,
): number {
  return attentionCount * 4 * width ** 2 + 2 * width * feedForwardWidth;
}

function layerVectors(
  { feedForwardWidth }: StackConfig,
  width: number,
  attentionCount: number,
): number {
  return attentionCount * (4 + 2) * width + feedForwardWidth + width + 2 * width;
}
