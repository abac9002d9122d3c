import { describe, expect, it } from 'vitest';

import { readFixtureText } from '../../../e2e/harness/fixture-files.ts';
import { parseVitConfig, withInputSize } from './config.ts';

function parse(fields: Record<string, unknown>) {
  return parseVitConfig(JSON.stringify({ model_type: 'vit', ...fields }));
}

describe('parseVitConfig', () => {
  it('takes the defaults of transformers for what is absent or null', () => {
    expect(parse({ hidden_act: null })).toEqual({
      modelType: 'vit',
      specialTokens: ['[CLS]'],
      hiddenSize: 768,
      layerCount: 12,
      headCount: 12,
      headSize: 64,
      intermediateSize: 3072,
      activation: 'gelu',
      layerNormEpsilon: 1e-12,
      qkvBias: true,
      imageWidth: 224,
      imageHeight: 224,
      patchWidth: 16,
      patchHeight: 16,
      channelCount: 3,
      tokenCount: 197,
      positionGrid: { columns: 14, rows: 14 },
      takesAnySize: false,
      registerCount: 0,
      labels: ['LABEL_0', 'LABEL_1'],
      labelAliases: [],
      architectures: [],
    });
  });

  it('reads a DeiT with its distillation token, and a size as height before width', () => {
    const config = parseVitConfig(readFixtureText('deit-plain/config.json'));
    expect(config).toMatchObject({
      modelType: 'deit',
      specialTokens: ['[CLS]', '[DIST]'],
      imageHeight: 32,
      imageWidth: 48,
      tokenCount: 2 + 4 * 6,
    });
    expect(config.labels[6]).toBe('gate');
  });

  it('orders labels by their number and reads their aliases', () => {
    const config = parse({
      id2label: { 1: 'dog', 0: 'cat', 2: 'person' },
      label_wnids: ['n1', 'n2', null],
    });
    expect(config.labels).toEqual(['cat', 'dog', 'person']);
    expect(config.labelAliases).toEqual(['n1', 'n2', '']);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a width of zero', { hidden_size: 0 }, /hidden_size: expected a whole number from 1/],
    ['a broken width', { hidden_size: 76.5 }, /hidden_size/],
    ['a width as text', { hidden_size: '768' }, /hidden_size.*got "768"/],
    ['an absurd width', { hidden_size: 1e9 }, /hidden_size/],
    ['an absurd depth', { num_hidden_layers: 100_000 }, /num_hidden_layers/],
    [
      'heads that do not divide the width',
      { num_attention_heads: 7 },
      /divisor of hidden_size 768/,
    ],
    ['a negative epsilon', { layer_norm_eps: -1e-6 }, /layer_norm_eps/],
    ['a bias that is no truth value', { qkv_bias: 1 }, /qkv_bias: expected true or false/],
    ['an image of three sides', { image_size: [1, 2, 3] }, /image_size/],
    ['an image with a side of NaN', { image_size: [null, 224] }, /image_size/],
    ['labels with a gap', { id2label: { 0: 'a', 2: 'b' } }, /id2label/],
    ['labels that are numbers', { id2label: { 0: 1 } }, /id2label/],
    ['labels as a list', { id2label: ['a'] }, /id2label: expected an object/],
    ['aliases of another count', { label_wnids: ['a'] }, /label_wnids: expected 2 items/],
    ['aliases that are numbers', { label_wnids: [1, 2] }, /label_wnids/],
    ['architectures as text', { architectures: 'ViT' }, /architectures/],
  ])('rejects %s', (_, fields, detail) => {
    expect(() => parse(fields)).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({
          code: 'model-invalid',
          message: expect.stringMatching(/^The model’s config.json cannot be used: .*\.$/),
          detail: expect.stringMatching(detail),
        }),
      }),
    );
  });

  it.each<[string, Record<string, unknown>]>([
    ['another model', { model_type: 'bert' }],
    ['no model type', { model_type: null }],
    ['another activation', { hidden_act: 'silu' }],
    ['four channels', { num_channels: 4 }],
    ['patches that do not fill the image', { image_size: 225 }],
    ['more attention than fits', { image_size: 8000, patch_size: 8 }],
  ])('does not support %s', (_, fields) => {
    expect(() => parse(fields)).toThrow(
      expect.objectContaining({ failure: expect.objectContaining({ code: 'model-unsupported' }) }),
    );
  });

  it.each(['', '{', '[]', 'null', '3'])('rejects what is no JSON object: %s', (text) => {
    expect(() => parseVitConfig(text)).toThrow('The model’s config.json cannot be used: ');
  });

  it('takes nothing from the prototype', () => {
    const text = '{"model_type":"vit","__proto__":{"hidden_size":12}}';
    expect(parseVitConfig(text).hiddenSize).toBe(768);
  });

  it('refuses a file of 200 MB without parsing it', () => {
    const text = `{"model_type":"vit"${' '.repeat(200 * 2 ** 20)}}`;
    const begin = performance.now();
    expect(() => parseVitConfig(text)).toThrow('The model’s config.json cannot be used: ');
    expect(performance.now() - begin).toBeLessThan(100);
  });

  it.each(['NaN', '-1', '1e999', '0', '"12"', '[]'])('refuses a hidden_size of %s', (size) => {
    expect(() => parseVitConfig(`{"model_type":"dinov2","hidden_size":${size}}`)).toThrow(
      'The model’s config.json cannot be used: ',
    );
  });

  it('names what works, for a type that does not', () => {
    expect(() => parse({ model_type: 'clip' })).toThrow(
      'Models of type “clip” are not supported; vit, deit, vit_mae, dinov2, dinov2_with_registers are.',
    );
  });

  it('takes the defaults of DINOv2', () => {
    const config = parseVitConfig(JSON.stringify({ model_type: 'dinov2', image_size: 518 }));
    expect(config).toMatchObject({
      specialTokens: ['[CLS]'],
      patchWidth: 14,
      intermediateSize: 3072,
      activation: 'gelu',
      layerNormEpsilon: 1e-6,
      positionGrid: { columns: 37, rows: 37 },
      takesAnySize: true,
      tokenCount: 1370,
    });
  });

  it('counts registers as tokens with names, and the width of SwiGLU in eights', () => {
    const fields = { model_type: 'dinov2_with_registers', use_swiglu_ffn: true, hidden_size: 1536 };
    const config = parseVitConfig(JSON.stringify({ ...fields, num_attention_heads: 24 }));
    expect(config.specialTokens).toEqual(['[CLS]', '[REG1]', '[REG2]', '[REG3]', '[REG4]']);
    expect(config).toMatchObject({ activation: 'swiglu', intermediateSize: 4096, tokenCount: 201 });
  });

  it('takes pictures of another size where the model does, in whole patches', () => {
    const config = parseVitConfig(JSON.stringify({ model_type: 'dinov2', image_size: 518 }));
    const sized = withInputSize(config, { width: 224, height: 280 });
    expect(sized).toMatchObject({ imageWidth: 224, imageHeight: 280, tokenCount: 1 + 16 * 20 });
    expect(sized.positionGrid).toEqual(config.positionGrid);
    expect(() => withInputSize(config, { width: 225, height: 224 })).toThrow(/whole number/);
    expect(() => withInputSize(config, { width: 4200, height: 4200 })).toThrow(/too large/);
  });
});
