import { Fields, shorten } from '../../checkpoint/fields.ts';
import { fail } from '../../failure.ts';

const ACTIVATIONS = ['swish', 'relu', 'gelu', 'gelu_new'] as const;
export type MarianActivation = (typeof ACTIVATIONS)[number];

/** Other names in `transformers` of the same formulas. */
const SAME_ACTIVATION: Readonly<Record<string, string>> = {
  silu: 'swish',
  gelu_pytorch_tanh: 'gelu_new',
};

export interface MarianConfig {
  /** `d_model` */
  readonly width: number;
  readonly sourceVocabularySize: number;
  readonly targetVocabularySize: number;
  readonly sharesEmbeddings: boolean;
  /** Whether the output layer is the target embedding, transposed. */
  readonly tiesOutput: boolean;
  readonly scalesEmbeddings: boolean;
  readonly longestText: number;
  readonly activation: MarianActivation;
  readonly encoder: StackConfig;
  readonly decoder: StackConfig;
}

export interface StackConfig {
  readonly layerCount: number;
  readonly headCount: number;
  readonly feedForwardWidth: number;
}

/** An encoder's attention of the longest text may take this much. */
const LARGEST_ATTENTION_BYTES = 2 ** 31;

/**
 * Reads config.json. What is absent takes the default of `transformers`.
 * @throws HeedFailure `model-invalid` for a field of a wrong type or size, `model-unsupported` for
 *   a model that Heed cannot run
 */
export function parseMarianConfig(text: string): MarianConfig {
  const fields = Fields.parse('config.json', text);
  const modelType = fields.string('model_type', '');
  if (modelType !== 'marian') {
    fail('model-unsupported', `Models of type “${modelType}” are not supported as marian.`);
  }
  const width = fields.integer('d_model', 1024, { min: 1, max: 16_384 });
  const vocabularyRange = { min: 1, max: 2 ** 22 };
  const sourceVocabularySize = fields.integer('vocab_size', 58_101, vocabularyRange);
  const sharesEmbeddings = fields.boolean('share_encoder_decoder_embeddings', true);
  const config: MarianConfig = {
    width,
    sourceVocabularySize,
    targetVocabularySize: sharesEmbeddings
      ? sourceVocabularySize
      : fields.integer('decoder_vocab_size', sourceVocabularySize, vocabularyRange),
    sharesEmbeddings,
    tiesOutput: fields.boolean('tie_word_embeddings', true),
    scalesEmbeddings: fields.boolean('scale_embedding', false),
    longestText: fields.integer('max_position_embeddings', 1024, { min: 1, max: 65_536 }),
    activation: readActivation(fields),
    encoder: readStack(fields, 'encoder', width),
    decoder: readStack(fields, 'decoder', width),
  };
  checkMemory(config);
  return config;
}

function readStack(fields: Fields, name: 'encoder' | 'decoder', width: number): StackConfig {
  const headCount = fields.integer(`${name}_attention_heads`, 16, { min: 1, max: 512 });
  if (width % headCount !== 0) {
    fields.expected(`${name}_attention_heads`, `a divisor of d_model ${width}`);
  }
  return {
    headCount,
    layerCount: fields.integer(`${name}_layers`, 12, { min: 1, max: 256 }),
    feedForwardWidth: fields.integer(`${name}_ffn_dim`, 4096, { min: 1, max: 65_536 }),
  };
}

function readActivation(fields: Fields): MarianActivation {
  const name = fields.string('activation_function', 'gelu');
  const known = Object.hasOwn(SAME_ACTIVATION, name) ? SAME_ACTIVATION[name] : name;
  return (
    ACTIVATIONS.find((activation) => activation === known) ??
    fail(
      'model-unsupported',
      `The activation “${shorten(name)}” is not supported; ${ACTIVATIONS.join(', ')} are.`,
      undefined,
      'config.json: activation_function',
    )
  );
}

function checkMemory({ encoder, longestText }: MarianConfig): void {
  const bytes = 4 * encoder.layerCount * encoder.headCount * longestText ** 2;
  if (bytes > LARGEST_ATTENTION_BYTES) {
    fail(
      'model-unsupported',
      'The model’s attention is too large to hold.',
      `${encoder.layerCount} layers × ${encoder.headCount} heads × ${longestText}² take ${bytes} bytes`,
      'config.json: max_position_embeddings',
    );
  }
}
