import { Fields } from '../../checkpoint/fields.ts';
import { fail } from '../../failure.ts';

export interface GruConfig {
  readonly vocabularySize: number;
  readonly embeddingSize: number;
  /** Of each direction. */
  readonly encoderSize: number;
  readonly encoderLayerCount: number;
  readonly decoderSize: number;
  readonly attentionSize: number;
}

/**
 * Reads config.json of a `heed-gru` checkpoint.
 * @throws HeedFailure `model-invalid` for a field that is missing or of a wrong type or size,
 *   `model-unsupported` for another model
 */
export function parseGruConfig(text: string): GruConfig {
  const fields = Fields.parse('config.json', text);
  const modelType = fields.string('model_type', '');
  if (modelType !== 'heed-gru') {
    fail('model-unsupported', `Models of type “${modelType}” are not supported as heed-gru.`);
  }
  const size = (key: string, max: number): number =>
    // Zero is out of range, so that a missing field fails.
    fields.integer(key, 0, { min: 1, max });
  return {
    vocabularySize: size('vocab_size', 2 ** 22),
    embeddingSize: size('embedding_size', 16_384),
    encoderSize: size('encoder_hidden_size', 16_384),
    encoderLayerCount: size('encoder_layers', 64),
    decoderSize: size('decoder_hidden_size', 16_384),
    attentionSize: size('attention_size', 16_384),
  };
}
