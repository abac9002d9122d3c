/** Checkpoints of random weights, for tests and timings that need a model and no meaning. */
import { Safetensors } from '../../src/worker/checkpoint/safetensors.ts';

export interface MarianSize {
  readonly width: number;
  readonly feedForward: number;
  readonly layers: number;
  readonly heads: number;
  readonly vocabulary: number;
}

/** A config.json for `MarianMTModel`, with the tokens of the page's own models. */
export function marianConfig(size: MarianSize): Record<string, unknown> {
  return {
    model_type: 'marian',
    vocab_size: size.vocabulary,
    d_model: size.width,
    encoder_layers: size.layers,
    decoder_layers: size.layers,
    encoder_attention_heads: size.heads,
    decoder_attention_heads: size.heads,
    encoder_ffn_dim: size.feedForward,
    decoder_ffn_dim: size.feedForward,
    max_position_embeddings: 512,
    activation_function: 'relu',
    scale_embedding: true,
    eos_token_id: 0,
    pad_token_id: 2,
    decoder_start_token_id: 2,
    bad_words_ids: [[2]],
  };
}

/** Names and shapes of the tensors of such a checkpoint. */
export function marianShapes({ width, feedForward, layers, vocabulary }: MarianSize): Shapes {
  const shapes: Shapes = new Map([
    ['model.shared.weight', [vocabulary, width]],
    ['final_logits_bias', [1, vocabulary]],
  ]);
  const linear = (name: string, inSize: number, outSize: number): void => {
    shapes.set(`${name}.weight`, [outSize, inSize]).set(`${name}.bias`, [outSize]);
  };
  const norm = (name: string): void => {
    shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  };
  for (const side of ['encoder', 'decoder']) {
    for (let layer = 0; layer < layers; layer += 1) {
      const name = `model.${side}.layers.${layer}`;
      for (const attention of side === 'encoder' ? ['self_attn'] : ['self_attn', 'encoder_attn']) {
        for (const part of ['q', 'k', 'v', 'out']) {
          linear(`${name}.${attention}.${part}_proj`, width, width);
        }
        norm(`${name}.${attention}_layer_norm`);
      }
      linear(`${name}.fc1`, width, feedForward);
      linear(`${name}.fc2`, feedForward, width);
      norm(`${name}.final_layer_norm`);
    }
  }
  return shapes;
}

export interface GruSize {
  readonly embedding: number;
  readonly encoder: number;
  readonly decoder: number;
  readonly attention: number;
  readonly vocabulary: number;
}

export function gruConfig(size: GruSize): Record<string, unknown> {
  return {
    model_type: 'heed-gru',
    vocab_size: size.vocabulary,
    embedding_size: size.embedding,
    encoder_hidden_size: size.encoder,
    encoder_layers: 1,
    decoder_hidden_size: size.decoder,
    attention_size: size.attention,
    eos_token_id: 0,
    pad_token_id: 2,
    decoder_start_token_id: 2,
    bad_words_ids: [[2]],
  };
}

export function gruShapes({ embedding, encoder, decoder, attention, vocabulary }: GruSize): Shapes {
  const shapes: Shapes = new Map([
    ['shared.weight', [vocabulary, embedding]],
    ['final_logits_bias', [1, vocabulary]],
    ['decoder.initial.weight', [decoder, encoder]],
    ['decoder.initial.bias', [decoder]],
    ['decoder.attention.query.weight', [attention, decoder + embedding]],
    ['decoder.attention.key.weight', [attention, 2 * encoder]],
    ['decoder.attention.key.bias', [attention]],
    ['decoder.attention.score.weight', [1, attention]],
    ['decoder.gru.weight_ih', [3 * decoder, embedding + 2 * encoder]],
    ['decoder.gru.weight_hh', [3 * decoder, decoder]],
    ['decoder.gru.bias_ih', [3 * decoder]],
    ['decoder.gru.bias_hh', [3 * decoder]],
    ['decoder.readout.weight', [embedding, decoder + embedding + 2 * encoder]],
    ['decoder.readout.bias', [embedding]],
  ]);
  for (const suffix of ['l0', 'l0_reverse']) {
    shapes
      .set(`encoder.gru.weight_ih_${suffix}`, [3 * encoder, embedding])
      .set(`encoder.gru.weight_hh_${suffix}`, [3 * encoder, encoder])
      .set(`encoder.gru.bias_ih_${suffix}`, [3 * encoder])
      .set(`encoder.gru.bias_hh_${suffix}`, [3 * encoder]);
  }
  return shapes;
}

export type Shapes = Map<string, number[]>;

/** A safetensors file of uniform numbers from -0.5 to 0.5 times `scale`, the same for each seed. */
export function randomWeights(shapes: Shapes, scale: number, seed = 1): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of shapes) {
    const start = end;
    end += shape.reduce((product, size) => product * size, 4);
    header[name] = { dtype: 'F32', shape, data_offsets: [start, end] };
  }
  const text = JSON.stringify(header);
  const padded = new TextEncoder().encode(text.padEnd(Math.ceil(text.length / 4) * 4));
  const file = new Uint8Array(8 + padded.length + end);
  new DataView(file.buffer).setBigUint64(0, BigInt(padded.length), true);
  file.set(padded, 8);
  const values = new Float32Array(file.buffer, 8 + padded.length);
  let state = seed;
  for (let index = 0; index < values.length; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    values[index] = (state / 2 ** 32 - 0.5) * scale;
  }
  return file;
}

export function randomTensors(shapes: Shapes, scale: number, seed = 1): Safetensors {
  return new Safetensors(randomWeights(shapes, scale, seed));
}
