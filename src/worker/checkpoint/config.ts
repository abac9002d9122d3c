/** The settings of a model of the ViT family, from its config.json. */
import { fail } from '../failure.ts';
import { Fields, isWithin, shorten } from './fields.ts';
import { layerBytes } from './vision-memory.ts';

const ACTIVATIONS = ['gelu', 'gelu_new', 'quick_gelu', 'relu'] as const;
/** `swiglu` halves its input: silu(gate) · up (Shazeer 2020, arXiv:2002.05202). */
export type Activation = (typeof ACTIVATIONS)[number] | 'swiglu';

export const VIT_MODEL_TYPES = [
  'vit',
  'deit',
  'vit_mae',
  'dinov2',
  'dinov2_with_registers',
] as const;
export type VitModelType = (typeof VIT_MODEL_TYPES)[number];

export interface VitConfig {
  readonly modelType: VitModelType;
  /** Names of the tokens before the patches, in order. */
  readonly specialTokens: readonly string[];
  /** Width of a token's vector. */
  readonly hiddenSize: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly headSize: number;
  /** Width of the hidden layer of the MLP; of each half, for `swiglu`. */
  readonly intermediateSize: number;
  readonly activation: Activation;
  readonly layerNormEpsilon: number;
  /** Whether the projections to query, key and value have a bias. */
  readonly qkvBias: boolean;
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly patchWidth: number;
  readonly patchHeight: number;
  readonly channelCount: number;
  readonly tokenCount: number;
  /** The grid of patches that the checkpoint has positions for: that of `image_size`. */
  readonly positionGrid: { readonly columns: number; readonly rows: number };
  /**
   * Whether the reference takes pictures of any whole number of patches, and fits its positions to
   * them. What they come as is then the preprocessor's to say.
   */
  readonly takesAnySize: boolean;
  /** Tokens that stand beside [CLS] and have no position. */
  readonly registerCount: number;
  /** The classes such a checkpoint was made with; those without a head name them all the same. */
  readonly labels: readonly string[];
  readonly labelAliases: readonly string[];
  /** Class names of the reference implementation that the weights were saved from. */
  readonly architectures: readonly string[];
}

/** The attention of one layer may take this much of a device: the others need not be there with it. */
const LARGEST_LAYER_BYTES = 2 ** 29;
const LARGEST_LABEL_COUNT = 100_000;

/**
 * Reads config.json. What is absent takes the default of `transformers`.
 * @throws HeedFailure `model-invalid` for a field of a wrong type or size, `model-unsupported` for
 *   a model that Heed cannot run
 */
export function parseVitConfig(text: string): VitConfig {
  const fields = Fields.parse('config.json', text);
  const modelType = readModelType(fields);
  const isDinov2 = modelType === 'dinov2' || modelType === 'dinov2_with_registers';
  const hiddenSize = fields.integer('hidden_size', 768, { min: 1, max: 16_384 });
  const headCount = fields.integer('num_attention_heads', 12, { min: 1, max: 512 });
  if (hiddenSize % headCount !== 0) {
    fields.expected('num_attention_heads', `a divisor of hidden_size ${hiddenSize}`);
  }
  const image = size(fields, 'image_size', 224);
  const patch = size(fields, 'patch_size', modelType === 'dinov2' ? 14 : 16);
  if (image.width % patch.width !== 0 || image.height % patch.height !== 0) {
    unsupported(
      'The model’s input is not a whole number of patches.',
      'patch_size',
      describe(image, patch),
    );
  }
  const registerCount =
    modelType === 'dinov2_with_registers'
      ? fields.integer('num_register_tokens', 4, { min: 0, max: 1024 })
      : 0;
  const specialTokens = [
    '[CLS]',
    ...(modelType === 'deit' ? ['[DIST]'] : []),
    ...Array.from({ length: registerCount }, (_, index) => `[REG${index + 1}]`),
  ];
  const grid = { columns: image.width / patch.width, rows: image.height / patch.height };
  const labels = readLabels(fields);
  const config: VitConfig = {
    modelType,
    specialTokens,
    hiddenSize,
    headCount,
    headSize: hiddenSize / headCount,
    layerCount: fields.integer('num_hidden_layers', 12, { min: 1, max: 256 }),
    ...(isDinov2
      ? readMlp(fields, hiddenSize)
      : {
          intermediateSize: fields.integer('intermediate_size', 3072, { min: 1, max: 65_536 }),
          activation: readActivation(fields),
        }),
    layerNormEpsilon: fields.number('layer_norm_eps', isDinov2 ? 1e-6 : 1e-12, { min: 0, max: 1 }),
    qkvBias: fields.boolean('qkv_bias', true),
    imageWidth: image.width,
    imageHeight: image.height,
    patchWidth: patch.width,
    patchHeight: patch.height,
    channelCount: readChannelCount(fields),
    tokenCount: specialTokens.length + grid.columns * grid.rows,
    positionGrid: grid,
    takesAnySize: isDinov2,
    registerCount,
    labels,
    labelAliases: readLabelAliases(fields, labels.length),
    architectures: fields.list('architectures', isString, 'strings') ?? [],
  };
  checkMemory(config);
  return config;
}

/**
 * The settings of a model that takes pictures of any size, for pictures of this size.
 * @throws HeedFailure `model-unsupported` if that is no whole number of patches, or too many
 */
export function withInputSize(
  config: VitConfig,
  { width, height }: { readonly width: number; readonly height: number },
): VitConfig {
  const { patchWidth, patchHeight, specialTokens } = config;
  if (width % patchWidth !== 0 || height % patchHeight !== 0) {
    unsupported(
      'The model’s input is not a whole number of patches.',
      'patch_size',
      describe({ width, height }, { width: patchWidth, height: patchHeight }),
    );
  }
  const patchCount = (width / patchWidth) * (height / patchHeight);
  const tokenCount = specialTokens.length + patchCount;
  const sized = { ...config, imageWidth: width, imageHeight: height, tokenCount };
  checkMemory(sized);
  return sized;
}

function readModelType(fields: Fields): VitModelType {
  const name = fields.string('model_type', '');
  return (
    VIT_MODEL_TYPES.find((modelType) => modelType === name) ??
    unsupported(
      `Models of type “${shorten(name)}” are not supported; ${VIT_MODEL_TYPES.join(', ')} are.`,
      'model_type',
    )
  );
}

/** DINOv2 gives the width of its MLP as a ratio; SwiGLU takes two thirds of it, in eights. */
function readMlp(
  fields: Fields,
  hiddenSize: number,
): Pick<VitConfig, 'intermediateSize' | 'activation'> {
  const ratio = fields.number('mlp_ratio', 4, { min: 0.01, max: 64 });
  const size = Math.floor(hiddenSize * ratio);
  if (!fields.boolean('use_swiglu_ffn', false)) {
    return { intermediateSize: size, activation: readActivation(fields) };
  }
  const gated = Math.floor((Math.floor((size * 2) / 3) + 7) / 8) * 8;
  return { intermediateSize: gated, activation: 'swiglu' };
}

function readActivation(fields: Fields): Activation {
  const name = fields.string('hidden_act', 'gelu');
  // Two names for the same formula.
  const known = name === 'gelu_pytorch_tanh' ? 'gelu_new' : name;
  return (
    ACTIVATIONS.find((activation) => activation === known) ??
    unsupported(
      `The activation “${shorten(name)}” is not supported; ${ACTIVATIONS.join(', ')} are.`,
      'hidden_act',
    )
  );
}

function readChannelCount(fields: Fields): number {
  const count = fields.integer('num_channels', 3, { min: 1, max: 1024 });
  if (count === 1 || count === 3) return count;
  return unsupported(
    `Pictures of ${count} channels are not supported; 1 and 3 are.`,
    'num_channels',
  );
}

/** A size as `n`, or as `[height, width]`. */
function size(fields: Fields, key: string, initial: number): { width: number; height: number } {
  const range = { min: 1, max: 8192 };
  const isSide = (side: unknown): side is number => isWithin(side, range) && Number.isInteger(side);
  const value = fields.raw(key) ?? initial;
  if (isSide(value)) return { width: value, height: value };
  if (Array.isArray(value) && value.length === 2) {
    const [height, width]: unknown[] = value;
    if (isSide(height) && isSide(width)) return { width, height };
  }
  return fields.expected(key, `a side or [height, width], each from 1 to ${range.max}`);
}

/** The names of the classes, in the order of the logits. Without names they are LABEL_0, LABEL_1, … */
function readLabels(fields: Fields): string[] {
  const names = fields.object('id2label')?.entries();
  if (names === undefined) {
    const count = fields.integer('num_labels', 2, { min: 0, max: LARGEST_LABEL_COUNT });
    return Array.from({ length: count }, (_, id) => `LABEL_${id}`);
  }
  const labels = new Map<number, string>();
  for (const [key, name] of names) {
    const id = Number(key);
    if (!Number.isInteger(id) || id < 0 || id >= names.length || typeof name !== 'string') {
      fields.expected('id2label', `a name for each of 0 to ${names.length - 1}`);
    }
    labels.set(id, name);
  }
  if (labels.size !== names.length || labels.size > LARGEST_LABEL_COUNT) {
    fields.expected('id2label', `a name for each of 0 to ${names.length - 1}`);
  }
  return Array.from({ length: labels.size }, (_, id) => labels.get(id) ?? '');
}

/** `label_wnids`: for each label, the name that files of its data set have for it, or null. */
function readLabelAliases(fields: Fields, labelCount: number): string[] {
  const aliases = fields.list('label_wnids', isAlias, 'strings and nulls');
  if (aliases === null) return [];
  if (aliases.length !== labelCount) fields.expected('label_wnids', `${labelCount} items`);
  return aliases.map((alias) => alias ?? '');
}

function isAlias(item: unknown): item is string | null {
  return item === null || isString(item);
}

function checkMemory(config: VitConfig): void {
  const { headCount, tokenCount } = config;
  const bytes = layerBytes(config);
  if (bytes > LARGEST_LAYER_BYTES) {
    unsupported(
      'The attention of a single layer of this model is too large to hold.',
      'image_size',
      `${headCount} heads × ${tokenCount}² tokens take ${bytes} bytes of ${LARGEST_LAYER_BYTES}`,
    );
  }
}

function describe(image: { width: number; height: number }, patch: typeof image): string {
  return `image ${image.width} × ${image.height}, patch ${patch.width} × ${patch.height}`;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function unsupported(message: string, key: string, detail?: string): never {
  fail('model-unsupported', message, detail, `config.json: ${key}`);
}
