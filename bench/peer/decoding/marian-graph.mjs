// A Marian checkpoint as two ONNX graphs, as exporters of today make them for generation: the encoder,
// which also computes the keys and values of every cross-attention, and one step of the decoder with
// cached keys and values. Every attention is an output.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OnnxGraph } from '../onnx.mjs';
import { readTensors, transposed } from '../safetensors.mjs';

/** The first with `Gelu`, which the runtime has as one operation. */
const opset = 20;
const epsilon = 1e-5;

/** @typedef {import('../safetensors.mjs').Tensor} Tensor */

/**
 * What both graphs are made of.
 * @param {OnnxGraph} graph
 * @param {ReadonlyMap<string, Tensor>} tensors
 * @param {Record<string, any>} config
 * @param {number} headCount
 */
function parts(graph, tensors, config, headCount) {
  const width = config['d_model'];
  const headSize = width / headCount;
  /** @param {string} name */
  const tensor = (name) => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`There is no tensor ${name}.`);
    return found;
  };
  /** @param {string} name @param {number} [factor] */
  const vector = (name, factor = 1) => {
    const { shape, values } = tensor(name);
    return graph.constant(shape, factor === 1 ? values : values.map((value) => value * factor));
  };
  /** @param {string} value @param {string} name @param {number} [factor] of weight and bias */
  const linear = (value, name, factor = 1) => {
    const { shape, values } = tensor(`${name}.weight`);
    const scaled = factor === 1 ? values : values.map((item) => item * factor);
    const matrix = graph.constant(shape.toReversed(), transposed(shape, scaled));
    return graph.node('Add', [
      graph.node('MatMul', [value, matrix]),
      vector(`${name}.bias`, factor),
    ]);
  };
  /** @param {string} value @param {string} added @param {string} name */
  const addAndNormalise = (value, added, name) =>
    graph.node(
      'LayerNormalization',
      [graph.node('Add', [value, added]), vector(`${name}.weight`), vector(`${name}.bias`)],
      { axis: -1, epsilon: { float: epsilon } },
    );
  /** @param {string} value */
  const activate = (value) => {
    switch (config['activation_function']) {
      case 'relu':
        return graph.node('Relu', [value]);
      case 'swish':
        return graph.node('Mul', [value, graph.node('Sigmoid', [value])]);
      case 'gelu':
        return graph.node('Gelu', [value]);
      default:
        throw new Error(`No activation ${config['activation_function']} is written here.`);
    }
  };
  /** @param {string} value @param {string} name */
  const feedForward = (value, name) => {
    const inner = activate(linear(value, `${name}.fc1`));
    return addAndNormalise(value, linear(inner, `${name}.fc2`), `${name}.final_layer_norm`);
  };
  const joined = graph.constant([2], [-1, width]);
  const split = graph.constant([3], [-1, headCount, headSize]);
  /** [token, width] as [head, token, headSize], or in another order. */
  const heads = (/** @type {string} */ value, perm = [1, 0, 2]) =>
    graph.node('Transpose', [graph.node('Reshape', [value, split])], { perm });
  /** @param {string} probs @param {string} values [head, key, headSize] */
  const mix = (probs, values) => {
    const mixed = graph.node('MatMul', [probs, values]);
    return graph.node('Reshape', [graph.node('Transpose', [mixed], { perm: [1, 0, 2] }), joined]);
  };
  /** @param {string} queries @param {string} keys [head, headSize, key] */
  const attend = (queries, keys) =>
    graph.node('Softmax', [graph.node('MatMul', [queries, keys])], { axis: -1 });
  const queryFactor = 1 / Math.sqrt(headSize);
  return { linear, vector, tensor, addAndNormalise, feedForward, heads, mix, attend, queryFactor };
}

/**
 * Input `states`: [source, width], embedded. Outputs: `attention_L`, [head, source, source]; and for
 * each layer of the decoder `cross_keys_L`, [head, headSize, source], and `cross_values_L`.
 * @param {ReadonlyMap<string, Tensor>} tensors
 * @param {Record<string, any>} config
 */
function exportEncoder(tensors, config) {
  const graph = new OnnxGraph({ name: 'marian-encoder', opset });
  const width = config['d_model'];
  const headCount = config['encoder_attention_heads'];
  const own = parts(graph, tensors, config, headCount);
  let x = graph.input('states', ['source', width]);
  for (let layer = 0; layer < config['encoder_layers']; layer += 1) {
    const name = `model.encoder.layers.${layer}`;
    const attention = `${name}.self_attn`;
    const queries = own.heads(own.linear(x, `${attention}.q_proj`, own.queryFactor));
    const keys = own.heads(own.linear(x, `${attention}.k_proj`), [1, 2, 0]);
    const values = own.heads(own.linear(x, `${attention}.v_proj`));
    const probs = own.attend(queries, keys);
    graph.output(probs, `attention_${layer}`, [headCount, 'source', 'source']);
    const output = own.linear(own.mix(probs, values), `${attention}.out_proj`);
    x = own.addAndNormalise(x, output, `${attention}_layer_norm`);
    x = own.feedForward(x, name);
  }
  const heads = config['decoder_attention_heads'];
  const cross = parts(graph, tensors, config, heads);
  for (let layer = 0; layer < config['decoder_layers']; layer += 1) {
    const name = `model.decoder.layers.${layer}.encoder_attn`;
    const keys = cross.heads(cross.linear(x, `${name}.k_proj`), [1, 2, 0]);
    graph.output(keys, `cross_keys_${layer}`, [heads, width / heads, 'source']);
    const values = cross.heads(cross.linear(x, `${name}.v_proj`));
    graph.output(values, `cross_values_${layer}`, [heads, 'source', width / heads]);
  }
  return graph.encode();
}

/**
 * Inputs: `state`, [1, width], the token read, embedded; for each layer `past_keys_L` and
 * `past_values_L`, [head, past, headSize], and what the encoder gave. Outputs: `logits`; for each
 * layer `keys_L` and `values_L`, one position longer, `decoder_L`, [head, 1, past + 1], and
 * `cross_L`, [head, 1, source].
 * @param {ReadonlyMap<string, Tensor>} tensors
 * @param {Record<string, any>} config
 */
function exportDecoder(tensors, config) {
  const graph = new OnnxGraph({ name: 'marian-decoder-step', opset });
  const width = config['d_model'];
  const headCount = config['decoder_attention_heads'];
  const headSize = width / headCount;
  const own = parts(graph, tensors, config, headCount);
  let x = graph.input('state', [1, width]);
  for (let layer = 0; layer < config['decoder_layers']; layer += 1) {
    const name = `model.decoder.layers.${layer}`;
    const self = `${name}.self_attn`;
    const grown = (/** @type {'keys' | 'values'} */ part, /** @type {string} */ projection) => {
      const past = graph.input(`past_${part}_${layer}`, [headCount, 'past', headSize]);
      const added = own.heads(own.linear(x, `${self}.${projection}`));
      const all = graph.node('Concat', [past, added], { axis: 1 });
      graph.output(all, `${part}_${layer}`, [headCount, 'read', headSize]);
      return all;
    };
    const queries = own.heads(own.linear(x, `${self}.q_proj`, own.queryFactor));
    const keys = graph.node('Transpose', [grown('keys', 'k_proj')], { perm: [0, 2, 1] });
    const values = grown('values', 'v_proj');
    const probs = own.attend(queries, keys);
    graph.output(probs, `decoder_${layer}`, [headCount, 1, 'read']);
    const seen = own.linear(own.mix(probs, values), `${self}.out_proj`);
    x = own.addAndNormalise(x, seen, `${self}_layer_norm`);

    const cross = `${name}.encoder_attn`;
    const crossKeys = graph.input(`cross_keys_${layer}`, [headCount, headSize, 'source']);
    const crossValues = graph.input(`cross_values_${layer}`, [headCount, 'source', headSize]);
    const asked = own.heads(own.linear(x, `${cross}.q_proj`, own.queryFactor));
    const across = own.attend(asked, crossKeys);
    graph.output(across, `cross_${layer}`, [headCount, 1, 'source']);
    const found = own.linear(own.mix(across, crossValues), `${cross}.out_proj`);
    x = own.addAndNormalise(x, found, `${cross}_layer_norm`);
    x = own.feedForward(x, name);
  }
  const { shape, values } = own.tensor('model.shared.weight');
  const matrix = graph.constant(shape.toReversed(), transposed(shape, values));
  const logits = graph.node('MatMul', [x, matrix]);
  const biased = tensors.has('final_logits_bias')
    ? graph.node('Add', [logits, own.vector('final_logits_bias')])
    : logits;
  graph.output(biased, 'logits', [1, shape[0] ?? 0]);
  return graph.encode();
}

/**
 * @param {string} folder of a Marian checkpoint with shared embeddings, tied to the output
 * @returns {{ encoder: Buffer, decoder: Buffer }}
 */
export function exportMarian(folder) {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  const tensors = readTensors(join(folder, 'model.safetensors'));
  return { encoder: exportEncoder(tensors, config), decoder: exportDecoder(tensors, config) };
}
