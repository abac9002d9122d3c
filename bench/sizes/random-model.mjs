// Checkpoints of random weights in the sizes that people use, made on the fly.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { createNoise } from '../peer/noise.mjs';
import { writeTensors } from '../peer/safetensors.mjs';

/** @typedef {Map<string, number[]>} Shapes */

/**
 * @typedef {object} SizedModel
 * @property {string} what as the table names it
 * @property {string} family
 * @property {'vision' | 'translation'} kind
 * @property {(folder: string) => void} write makes the checkpoint in an empty folder
 */

/**
 * Writes a safetensors file of uniform numbers from -0.5 to 0.5 times a scale.
 * @param {string} path
 * @param {Shapes} shapes
 * @param {number} scale
 */
function writeRandom(path, shapes, scale) {
  const noise = createNoise();
  /** @type {Map<string, import('../peer/safetensors.mjs').Tensor>} */
  const tensors = new Map();
  for (const [name, shape] of shapes) {
    const length = shape.reduce((product, size) => product * size, 1);
    tensors.set(name, {
      shape,
      values: new Float32Array(length).map(() => 0.5 * scale * noise()),
    });
  }
  writeTensors(path, tensors);
}

/**
 * @param {Shapes} shapes
 * @param {string} name
 * @param {number} inSize
 * @param {number} outSize
 */
function linear(shapes, name, inSize, outSize) {
  shapes.set(`${name}.weight`, [outSize, inSize]).set(`${name}.bias`, [outSize]);
}

/**
 * @param {Shapes} shapes
 * @param {string} name
 * @param {number} width
 */
function norm(shapes, name, width) {
  shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
}

/**
 * @param {{ width: number, layers: number, side: number, patch: number, isDino: boolean }} size
 * @returns {Shapes}
 */
function visionShapes({ width, layers, side, patch, isDino }) {
  const prefix = isDino ? '' : 'vit.';
  /** @type {Shapes} */
  const shapes = new Map([
    [`${prefix}embeddings.cls_token`, [1, 1, width]],
    [`${prefix}embeddings.position_embeddings`, [1, (side / patch) ** 2 + 1, width]],
    [`${prefix}embeddings.patch_embeddings.projection.weight`, [width, 3, patch, patch]],
    [`${prefix}embeddings.patch_embeddings.projection.bias`, [width]],
  ]);
  for (let layer = 0; layer < layers; layer += 1) {
    const name = `${prefix}encoder.layer.${layer}`;
    for (const part of ['query', 'key', 'value']) {
      linear(shapes, `${name}.attention.attention.${part}`, width, width);
    }
    linear(shapes, `${name}.attention.output.dense`, width, width);
    linear(shapes, `${name}.${isDino ? 'mlp.fc1' : 'intermediate.dense'}`, width, 4 * width);
    linear(shapes, `${name}.${isDino ? 'mlp.fc2' : 'output.dense'}`, 4 * width, width);
    norm(shapes, `${name}.${isDino ? 'norm1' : 'layernorm_before'}`, width);
    norm(shapes, `${name}.${isDino ? 'norm2' : 'layernorm_after'}`, width);
    if (isDino) {
      shapes.set(`${name}.layer_scale1.lambda1`, [width]);
      shapes.set(`${name}.layer_scale2.lambda1`, [width]);
    }
  }
  norm(shapes, `${prefix}layernorm`, width);
  if (!isDino) linear(shapes, 'classifier', width, 1000);
  return shapes;
}

/**
 * @param {string} what
 * @param {Parameters<typeof visionShapes>[0] & { heads: number }} size
 * @returns {SizedModel}
 */
function vision(what, { heads, ...size }) {
  const { width, layers, side, patch, isDino } = size;
  return {
    what,
    family: isDino ? 'dinov2' : 'vit',
    kind: 'vision',
    write: (folder) => {
      mkdirSync(folder, { recursive: true });
      const config = {
        model_type: isDino ? 'dinov2' : 'vit',
        ...(isDino ? {} : { architectures: ['ViTForImageClassification'] }),
        hidden_size: width,
        num_hidden_layers: layers,
        num_attention_heads: heads,
        ...(isDino ? { mlp_ratio: 4 } : { intermediate_size: 4 * width }),
        image_size: side,
        patch_size: patch,
        num_labels: isDino ? 0 : 1000,
      };
      const sides = { height: side, width: side };
      const preprocessor = isDino
        ? {
            image_processor_type: 'BitImageProcessor',
            size: { shortest_edge: side },
            crop_size: sides,
          }
        : { image_processor_type: 'ViTImageProcessor', size: sides };
      writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
      writeFileSync(join(folder, 'preprocessor_config.json'), JSON.stringify(preprocessor));
      writeRandom(join(folder, 'model.safetensors'), visionShapes(size), 0.05);
    },
  };
}

/** The page's own tokenizer counts fewer pieces than opus-mt; the others are never used. */
const opusSize = { width: 512, feedForward: 2048, layers: 6, heads: 8, vocabulary: 58_101 };

/** @returns {Shapes} */
function opusShapes() {
  const { width, feedForward, layers, vocabulary } = opusSize;
  /** @type {Shapes} */
  const shapes = new Map([
    ['model.shared.weight', [vocabulary, width]],
    ['final_logits_bias', [1, vocabulary]],
  ]);
  for (const side of ['encoder', 'decoder']) {
    for (let layer = 0; layer < layers; layer += 1) {
      const name = `model.${side}.layers.${layer}`;
      for (const attention of side === 'encoder' ? ['self_attn'] : ['self_attn', 'encoder_attn']) {
        for (const part of ['q', 'k', 'v', 'out']) {
          linear(shapes, `${name}.${attention}.${part}_proj`, width, width);
        }
        norm(shapes, `${name}.${attention}_layer_norm`, width);
      }
      linear(shapes, `${name}.fc1`, width, feedForward);
      linear(shapes, `${name}.fc2`, feedForward, width);
      norm(shapes, `${name}.final_layer_norm`, width);
    }
  }
  return shapes;
}

/** @type {SizedModel} */
const opus = {
  what: 'opus-mt',
  family: 'marian',
  kind: 'translation',
  write: (folder) => {
    mkdirSync(folder, { recursive: true });
    const { width, feedForward, layers, heads, vocabulary } = opusSize;
    const config = {
      model_type: 'marian',
      vocab_size: vocabulary,
      d_model: width,
      encoder_layers: layers,
      decoder_layers: layers,
      encoder_attention_heads: heads,
      decoder_attention_heads: heads,
      encoder_ffn_dim: feedForward,
      decoder_ffn_dim: feedForward,
      max_position_embeddings: 512,
      max_length: 40,
      activation_function: 'swish',
      scale_embedding: true,
      eos_token_id: 0,
      pad_token_id: 2,
      decoder_start_token_id: 2,
      bad_words_ids: [[2]],
    };
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    const tokenizer = new URL(
      '../../public/models/heed-marian-en-fr/tokenizer.json',
      import.meta.url,
    );
    cpSync(fileURLToPath(tokenizer), join(folder, 'tokenizer.json'));
    writeRandom(join(folder, 'model.safetensors'), opusShapes(), 0.1);
  },
};

/** The sizes of the table, by rising weight. @type {readonly SizedModel[]} */
export const sizedModels = [
  vision('DINOv2-S at 518', {
    width: 384,
    layers: 12,
    heads: 6,
    side: 518,
    patch: 14,
    isDino: true,
  }),
  opus,
  vision('ViT-B/16 at 224', {
    width: 768,
    layers: 12,
    heads: 12,
    side: 224,
    patch: 16,
    isDino: false,
  }),
  vision('ViT-B/16 at 384', {
    width: 768,
    layers: 12,
    heads: 12,
    side: 384,
    patch: 16,
    isDino: false,
  }),
  vision('DINOv2-B at 518', {
    width: 768,
    layers: 12,
    heads: 12,
    side: 518,
    patch: 14,
    isDino: true,
  }),
];
