import { describe, expect, it } from 'vitest';

import { outputSize, parsePreprocessorConfig } from './preprocessor-config.ts';

const MODEL = { modelType: 'vit', imageWidth: 224, imageHeight: 224, channelCount: 3 } as const;

function parse(
  fields: Record<string, unknown>,
  model: Parameters<typeof parsePreprocessorConfig>[1] = MODEL,
) {
  return parsePreprocessorConfig(JSON.stringify(fields), model);
}

describe('parsePreprocessorConfig', () => {
  it('takes the defaults of the ViT processor', () => {
    expect(parse({})).toEqual({
      size: { kind: 'exact', width: 224, height: 224 },
      filter: 'bilinear',
      crop: null,
      rescaleFactor: 1 / 255,
      normalization: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
    });
  });

  it('takes the defaults of the DeiT processor: resize to 256, crop to 224, bicubic', () => {
    const expected = {
      size: { kind: 'exact', width: 256, height: 256 },
      crop: { width: 224, height: 224 },
      filter: 'bicubic',
    };
    expect(parse({}, { ...MODEL, modelType: 'deit' })).toMatchObject(expected);
    expect(parse({ feature_extractor_type: 'DeiTFeatureExtractor' })).toMatchObject(expected);
    expect(parse({ image_processor_type: 'DeiTImageProcessorFast' })).toMatchObject(expected);
  });

  it.each<[string, unknown, object]>([
    ['a side', 224, { kind: 'exact', width: 224, height: 224 }],
    ['height and width', { height: 224, width: 224 }, { kind: 'exact', width: 224, height: 224 }],
    ['a list', [224, 224], { kind: 'exact', width: 224, height: 224 }],
  ])('reads a size as %s', (_, size, expected) => {
    expect(parse({ size }).size).toEqual(expected);
  });

  it('reads a shortest edge, which needs a crop', () => {
    const size = { shortest_edge: 256 };
    const cropped = parse({ size, do_center_crop: true, crop_size: 224 });
    expect(cropped.size).toEqual({ kind: 'shortest-edge', length: 256 });
    expect(() => parse({ size })).toThrow('preprocessor_config.json cannot be used');
  });

  it('reads each step as on or off', () => {
    expect(parse({ do_rescale: false }).rescaleFactor).toBe(1);
    expect(parse({ do_normalize: false }).normalization).toBeNull();
    expect(parse({ do_resize: false }).size).toBeNull();
  });

  it('reads one mean for all channels', () => {
    expect(parse({ image_mean: 0.4 }).normalization?.mean).toEqual([0.4, 0.4, 0.4]);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'an output that is not the input',
      { size: 256 },
      /size: expected the model’s input of 224 × 224/,
    ],
    [
      'a crop that is not the input',
      { do_center_crop: true, crop_size: 200 },
      /crop_size: expected the model’s input/,
    ],
    ['a crop of no size', { do_center_crop: true }, /crop_size/],
    ['a size of zero', { size: 0 }, /size/],
    ['half a size', { size: { height: 224 } }, /size/],
    ['a size with a longest edge', { size: { shortest_edge: 1, longest_edge: 2 } }, /size/],
    ['an unknown filter', { resample: 6 }, /resample/],
    ['a filter by name', { resample: 'bicubic' }, /resample/],
    ['a mean for two channels', { image_mean: [0.5, 0.5] }, /image_mean: expected 3 numbers/],
    ['a deviation of zero', { image_std: [0.5, 0, 0.5] }, /image_std/],
    ['a rescale factor of zero', { rescale_factor: 0 }, /rescale_factor/],
    ['a step that is neither on nor off', { do_resize: 'yes' }, /do_resize/],
  ])('rejects %s', (_, fields, detail) => {
    expect(() => parse(fields)).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({
          code: 'model-invalid',
          detail: expect.stringMatching(detail),
        }),
      }),
    );
  });

  it('does not guess what other processors do', () => {
    expect(() => parse({ image_processor_type: 'ConvNextImageProcessor' })).toThrow(
      'ConvNextImageProcessor',
    );
  });

  it('takes the defaults of the Bit processor, and any size that the model takes', () => {
    const model = { ...MODEL, modelType: 'dinov2', takesAnySize: true } as const;
    const config = parse({}, model);
    expect(config).toMatchObject({
      size: { kind: 'shortest-edge', length: 224 },
      crop: { width: 224, height: 224 },
      filter: 'bicubic',
    });
    expect(config.normalization?.mean[0]).toBe(0.48145466);
    expect(parse({ size: 256 }, model).size).toEqual({ kind: 'shortest-edge', length: 256 });
    const large = parse({ crop_size: { height: 518, width: 364 } }, model);
    expect(outputSize(large)).toEqual({ height: 518, width: 364 });
    expect(outputSize(parse({ do_resize: false, do_center_crop: false }, model))).toBeNull();
  });
});
