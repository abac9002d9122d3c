/** How a checkpoint wants its pictures prepared, from its preprocessor_config.json. */
import type { Filter } from '../../math/resample.ts';
import { fail } from '../failure.ts';
import type { VitModelType } from './config.ts';
import { Fields, isWithin, shorten } from './fields.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size a picture is resized to before any crop. */
export type TargetSize =
  | ({ readonly kind: 'exact' } & Size)
  /** The aspect ratio kept, the shorter side so long. */
  | { readonly kind: 'shortest-edge'; readonly length: number };

export interface PreprocessorConfig {
  /** Null: the picture is taken as it is. */
  readonly size: TargetSize | null;
  readonly filter: Filter;
  /** The centre crop after resizing, or null. */
  readonly crop: Size | null;
  /** What a pixel of 0 to 255 is multiplied by: 1/255, or 1 without rescaling. */
  readonly rescaleFactor: number;
  /** After rescaling, the mean is subtracted and the deviation divided by; null: neither. */
  readonly normalization: Normalization | null;
}

export interface Normalization {
  /** One for each channel, in units of rescaled pixels. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** Defaults of the processors, where a file leaves a field out. */
const DEFAULTS = {
  ViT: { size: 224, crop: null, resample: 2, mean: null, deviation: null },
  DeiT: { size: 256, crop: 224, resample: 3, mean: null, deviation: null },
  Bit: {
    size: 224,
    crop: 224,
    resample: 3,
    mean: [0.48145466, 0.4578275, 0.40821073],
    deviation: [0.26862954, 0.26130258, 0.27577711],
  },
} as const;

/** Numbers as Pillow gives them. */
const FILTERS: readonly Filter[] = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'];

const SIDE = { min: 1, max: 8192 };

/**
 * Reads preprocessor_config.json, of a new checkpoint or an old one.
 * @param model what config.json says of the input: the tensor must come out in this size
 * @throws HeedFailure `model-invalid` for a field of a wrong type or size, or a size that is not the
 *   model's; `model-unsupported` for a processor of another kind
 */
export function parsePreprocessorConfig(
  text: string,
  model: {
    readonly modelType: VitModelType;
    readonly imageWidth: number;
    readonly imageHeight: number;
    /** Whether what comes out may be of another size. */
    readonly takesAnySize?: boolean;
    readonly channelCount: number;
  },
): PreprocessorConfig {
  const fields = Fields.parse('preprocessor_config.json', text);
  const kind = processorKind(fields, model.modelType);
  const defaults = DEFAULTS[kind];
  const size = fields.boolean('do_resize', true)
    ? targetSize(fields, defaults.size, kind === 'Bit')
    : null;
  const crop = fields.boolean('do_center_crop', defaults.crop !== null)
    ? cropSize(fields, defaults.crop)
    : null;
  checkOutput(
    fields,
    crop ?? size,
    model.takesAnySize === true ? null : { width: model.imageWidth, height: model.imageHeight },
  );
  return {
    size,
    crop,
    filter: readFilter(fields, defaults.resample),
    rescaleFactor: fields.boolean('do_rescale', true)
      ? fields.number('rescale_factor', 1 / 255, { min: 1e-9, max: 1e9 })
      : 1,
    normalization: fields.boolean('do_normalize', true)
      ? {
          mean: perChannel(fields, 'image_mean', model.channelCount, defaults.mean, {
            min: -1e6,
            max: 1e6,
          }),
          deviation: perChannel(fields, 'image_std', model.channelCount, defaults.deviation, {
            min: 1e-9,
            max: 1e6,
          }),
        }
      : null,
  };
}

/** The size of what comes out; null where the picture is taken as it is. */
export function outputSize({ size, crop }: PreprocessorConfig): Size | null {
  if (crop !== null) return crop;
  return size?.kind === 'exact' ? { width: size.width, height: size.height } : null;
}

/** The processors that the reference's own checkpoints name. */
const INITIAL_KINDS: Readonly<Record<VitModelType, keyof typeof DEFAULTS>> = {
  vit: 'ViT',
  deit: 'DeiT',
  vit_mae: 'ViT',
  dinov2: 'Bit',
  dinov2_with_registers: 'Bit',
};

function processorKind(fields: Fields, modelType: VitModelType): keyof typeof DEFAULTS {
  const initial = `${INITIAL_KINDS[modelType]}ImageProcessor`;
  const older = fields.string('feature_extractor_type', initial);
  const name = fields.string('image_processor_type', older);
  const kind = /^(ViT|DeiT|Bit)(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/.exec(name)?.[1];
  if (kind === 'ViT' || kind === 'DeiT' || kind === 'Bit') return kind;
  return fail(
    'model-unsupported',
    `Pictures prepared by “${shorten(name)}” are not supported; those by ViTImageProcessor, DeiTImageProcessor and BitImageProcessor are.`,
    undefined,
    'preprocessor_config.json: image_processor_type',
  );
}

/** @param isEdge whether a bare number, or none, is the shortest edge */
function targetSize(fields: Fields, initial: number, isEdge: boolean): TargetSize {
  const object = isSizeObject(fields, 'size');
  if (isEdge && (object === null || !fields.has('size')) && !Array.isArray(fields.raw('size'))) {
    return { kind: 'shortest-edge', length: fields.integer('size', initial, SIDE) };
  }
  if (object?.has('shortest_edge') === true && !object.has('longest_edge')) {
    return { kind: 'shortest-edge', length: object.integer('shortest_edge', initial, SIDE) };
  }
  return { kind: 'exact', ...exactSize(fields, 'size', initial) };
}

function cropSize(fields: Fields, initial: number | null): Size {
  if (initial === null && !fields.has('crop_size')) {
    return fields.expected('crop_size', 'a size, since do_center_crop is true');
  }
  return exactSize(fields, 'crop_size', initial ?? 0);
}

/** A size as `{ height, width }`, as a side, or as `[height, width]`. */
function exactSize(fields: Fields, key: string, initial: number): Size {
  const what = `{ height, width } or a side, each from 1 to ${SIDE.max}`;
  const object = isSizeObject(fields, key);
  if (object !== null) {
    if (!object.has('height') || !object.has('width')) return fields.expected(key, what);
    return { width: object.integer('width', 0, SIDE), height: object.integer('height', 0, SIDE) };
  }
  const value = fields.raw(key) ?? initial;
  if (isSide(value)) return { width: value, height: value };
  if (Array.isArray(value) && value.length === 2) {
    const [height, width]: unknown[] = value;
    if (isSide(height) && isSide(width)) return { width, height };
  }
  return fields.expected(key, what);
}

function isSizeObject(fields: Fields, key: string): Fields | null {
  const value = fields.raw(key);
  return typeof value === 'object' && !Array.isArray(value) ? fields.object(key) : null;
}

function isSide(value: unknown): value is number {
  return isWithin(value, SIDE) && Number.isInteger(value);
}

/** What comes out must be what the model takes in. */
function checkOutput(fields: Fields, output: Size | TargetSize | null, input: Size | null): void {
  if (output === null) return;
  const key = 'kind' in output ? 'size' : 'crop_size';
  if ('length' in output) {
    fields.expected('do_center_crop', 'true, since size gives the shortest edge only');
  } else if (input !== null && (output.width !== input.width || output.height !== input.height)) {
    fields.expected(key, `the model’s input of ${input.height} × ${input.width} (height × width)`);
  }
}

function readFilter(fields: Fields, initial: number): Filter {
  const number = fields.integer('resample', initial, { min: 0, max: FILTERS.length - 1 });
  return FILTERS[number] ?? fields.expected('resample', 'a filter of Pillow');
}

/** A number for each channel; a single number stands for all of them. */
function perChannel(
  fields: Fields,
  key: string,
  channelCount: number,
  initial: readonly number[] | null,
  range: { min: number; max: number },
): readonly number[] {
  const value = fields.raw(key);
  if (value === null) return initial ?? Array.from({ length: channelCount }, () => 0.5);
  if (isWithin(value, range)) return Array.from({ length: channelCount }, () => value);
  const isItem = (item: unknown): item is number => isWithin(item, range);
  const what = `${channelCount} numbers from ${range.min} to ${range.max}`;
  const list = Array.isArray(value) && value.every(isItem) ? value : fields.expected(key, what);
  return list.length === channelCount ? list : fields.expected(key, what);
}
