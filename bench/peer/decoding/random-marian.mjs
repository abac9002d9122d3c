// A Marian of the size of an opus-mt checkpoint, with random weights.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createNoise } from '../noise.mjs';
import { writeTensors } from '../safetensors.mjs';

/** As Helsinki-NLP's opus-mt models have it (Tiedemann, Thottingal 2020). */
const size = {
  width: 512,
  layerCount: 6,
  headCount: 8,
  feedForwardWidth: 2048,
  vocabularySize: 58_101,
};

/** To the nearest number with a fraction of 10 bits, as numbers of half precision have it. */
function halved(/** @type {Float32Array} */ values) {
  const bits = new Uint32Array(values.buffer);
  for (const [index, own] of bits.entries())
    bits[index] = (own + 0xfff + ((own >>> 13) & 1)) & ~0x1fff;
  return values;
}

/** @param {boolean} isHalf */
function makeTensors(isHalf) {
  const { width, layerCount, feedForwardWidth, vocabularySize } = size;
  const noise = createNoise();
  /** @type {Map<string, import('../safetensors.mjs').Tensor>} */
  const tensors = new Map();
  /** @param {string} name @param {readonly number[]} shape @param {number} [center] */
  const add = (name, shape, center = 0) => {
    const count = shape.reduce((product, item) => product * item, 1);
    const values = Float32Array.from({ length: count }, () => center + 0.08 * noise());
    tensors.set(name, { shape, values: isHalf ? halved(values) : values });
  };
  /** @param {string} name @param {number} outSize @param {number} inSize */
  const addLinear = (name, outSize, inSize) => {
    add(`${name}.weight`, [outSize, inSize]);
    add(`${name}.bias`, [outSize]);
  };
  /** @param {string} name */
  const addNorm = (name) => {
    add(`${name}.weight`, [width], 1);
    add(`${name}.bias`, [width]);
  };
  add('model.shared.weight', [vocabularySize, width]);
  add('final_logits_bias', [1, vocabularySize]);
  for (const side of ['encoder', 'decoder']) {
    for (let layer = 0; layer < layerCount; layer += 1) {
      const prefix = `model.${side}.layers.${layer}`;
      for (const attention of side === 'encoder' ? ['self_attn'] : ['self_attn', 'encoder_attn']) {
        for (const part of ['q_proj', 'k_proj', 'v_proj', 'out_proj'])
          addLinear(`${prefix}.${attention}.${part}`, width, width);
        addNorm(`${prefix}.${attention}_layer_norm`);
      }
      addLinear(`${prefix}.fc1`, feedForwardWidth, width);
      addLinear(`${prefix}.fc2`, width, feedForwardWidth);
      addNorm(`${prefix}.final_layer_norm`);
    }
  }
  return tensors;
}

/**
 * Makes a checkpoint folder in the layout of `transformers`, once; the same one each time.
 * @param {string} folder
 * @param {boolean} isHalf whether the numbers are of half precision; the file holds single ones all the
 *   same
 */
export function makeRandomMarian(folder, isHalf) {
  if (existsSync(join(folder, 'config.json'))) return;
  const { width, layerCount, headCount, feedForwardWidth, vocabularySize } = size;
  mkdirSync(folder, { recursive: true });
  writeTensors(join(folder, 'model.safetensors'), makeTensors(isHalf));
  const padToken = vocabularySize - 1;
  // The last, so that a folder that was left half made is made anew.
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({
      architectures: ['MarianMTModel'],
      model_type: 'marian',
      vocab_size: vocabularySize,
      d_model: width,
      encoder_layers: layerCount,
      decoder_layers: layerCount,
      encoder_attention_heads: headCount,
      decoder_attention_heads: headCount,
      encoder_ffn_dim: feedForwardWidth,
      decoder_ffn_dim: feedForwardWidth,
      max_position_embeddings: 512,
      activation_function: 'swish',
      scale_embedding: true,
      static_position_embeddings: true,
      share_encoder_decoder_embeddings: true,
      tie_word_embeddings: true,
      is_encoder_decoder: true,
      eos_token_id: 0,
      pad_token_id: padToken,
      decoder_start_token_id: padToken,
      bad_words_ids: [[padToken]],
    }),
  );
}
