// Vision Transformers of the standard sizes with random weights.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNoise } from './noise.mjs';
import { writeTensors } from './safetensors.mjs';

/**
 * @typedef {object} VitShape
 * @property {number} width
 * @property {number} layerCount
 * @property {number} headCount
 * @property {number} imageSize
 * @property {number} patchSize
 */

/** Dosovitskiy et al. 2021, and Touvron et al. 2021 for Ti and S. */
export const standardSizes = {
  'ViT-Ti/16 at 224': { width: 192, layerCount: 12, headCount: 3, imageSize: 224, patchSize: 16 },
  'ViT-S/16 at 224': { width: 384, layerCount: 12, headCount: 6, imageSize: 224, patchSize: 16 },
  'ViT-B/16 at 224': { width: 768, layerCount: 12, headCount: 12, imageSize: 224, patchSize: 16 },
};

const labelCount = 1000;

/** @param {VitShape} shape */
function makeTensors({ width, layerCount, imageSize, patchSize }) {
  const noise = createNoise();
  /** @type {Map<string, import('./safetensors.mjs').Tensor>} */
  const tensors = new Map();
  /** @param {string} name @param {readonly number[]} shape @param {number} [center] */
  const add = (name, shape, center = 0) => {
    const size = shape.reduce((product, item) => product * item, 1);
    const values = Float32Array.from({ length: size }, () => center + 0.15 * noise());
    tensors.set(name, { shape, values });
  };
  /** @param {string} name @param {number} rows @param {number} columns */
  const addLinear = (name, rows, columns) => {
    add(`${name}.weight`, [rows, columns]);
    add(`${name}.bias`, [rows]);
  };
  /** @param {string} name */
  const addNorm = (name) => {
    add(`${name}.weight`, [width], 1);
    add(`${name}.bias`, [width]);
  };
  add('vit.embeddings.cls_token', [1, 1, width]);
  add('vit.embeddings.position_embeddings', [1, (imageSize / patchSize) ** 2 + 1, width]);
  add('vit.embeddings.patch_embeddings.projection.weight', [width, 3, patchSize, patchSize]);
  add('vit.embeddings.patch_embeddings.projection.bias', [width]);
  for (let layer = 0; layer < layerCount; layer += 1) {
    const prefix = `vit.encoder.layer.${layer}`;
    addNorm(`${prefix}.layernorm_before`);
    for (const part of ['query', 'key', 'value'])
      addLinear(`${prefix}.attention.attention.${part}`, width, width);
    addLinear(`${prefix}.attention.output.dense`, width, width);
    addNorm(`${prefix}.layernorm_after`);
    addLinear(`${prefix}.intermediate.dense`, 4 * width, width);
    addLinear(`${prefix}.output.dense`, width, 4 * width);
  }
  addNorm('vit.layernorm');
  addLinear('classifier', labelCount, width);
  return tensors;
}

/**
 * Makes a checkpoint folder in the layout of `transformers`, once.
 * @param {string} folder
 * @param {VitShape} shape
 */
export function makeRandomVit(folder, shape) {
  if (existsSync(join(folder, 'config.json'))) return;
  const { width, layerCount, headCount, imageSize, patchSize } = shape;
  mkdirSync(folder, { recursive: true });
  writeTensors(join(folder, 'model.safetensors'), makeTensors(shape));
  const write = (/** @type {string} */ name, /** @type {object} */ value) =>
    writeFileSync(join(folder, name), JSON.stringify(value));
  write('preprocessor_config.json', {
    image_processor_type: 'ViTImageProcessor',
    do_resize: true,
    size: { height: imageSize, width: imageSize },
    resample: 2,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.5, 0.5, 0.5],
    image_std: [0.5, 0.5, 0.5],
  });
  // The last, so that a folder that was left half made is made anew.
  write('config.json', {
    architectures: ['ViTForImageClassification'],
    model_type: 'vit',
    image_size: imageSize,
    patch_size: patchSize,
    num_channels: 3,
    hidden_size: width,
    num_hidden_layers: layerCount,
    num_attention_heads: headCount,
    intermediate_size: 4 * width,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-12,
    qkv_bias: true,
    id2label: Object.fromEntries(
      Array.from({ length: labelCount }, (_, label) => [label, `label ${label}`]),
    ),
  });
}
