// A ViT checkpoint as an ONNX graph, operation for operation as PyTorch's exporter writes it, with
// every layer's attention as an output.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OnnxGraph } from './onnx.mjs';
import { readTensors, transposed } from './safetensors.mjs';

/** The first with `Gelu`, which the runtime has as one operation. */
const opset = 20;

/**
 * @typedef {object} ExportedVit
 * @property {Buffer} model
 * @property {number[]} inputShape
 * @property {string[]} attentionNames
 * @property {{ mean: number[], std: number[] }} normalization of each channel
 */

/**
 * @param {string} folder of a checkpoint with `model_type` "vit"
 * @returns {ExportedVit} outputs are `logits`
 *   and the attention of each layer, [1, head, query, key]
 */
export function exportVit(folder) {
  const readJson = (/** @type {string} */ name) =>
    JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const config = readJson('config.json');
  const tensors = readTensors(join(folder, 'model.safetensors'));
  const width = config.hidden_size;
  const headCount = config.num_attention_heads;
  const headSize = width / headCount;
  const gridSize = config.image_size / config.patch_size;
  const patchCount = gridSize ** 2;
  const tokenCount = patchCount + 1;
  const graph = new OnnxGraph({ name: 'vit', opset });

  /** @param {string} name */
  const tensor = (name) => {
    const found = tensors.get(name);
    if (found === undefined) throw new Error(`${folder}: no tensor ${name}`);
    return found;
  };
  /** @param {string} name */
  const weight = (name) => graph.constant(tensor(name).shape, tensor(name).values);
  /** @param {string} value @param {string} name */
  const linear = (value, name) => {
    const { shape, values } = tensor(`${name}.weight`);
    const matrix = graph.constant(shape.toReversed(), transposed(shape, values));
    return graph.node('Add', [graph.node('MatMul', [value, matrix]), weight(`${name}.bias`)]);
  };
  /** @param {string} value @param {string} name */
  const norm = (value, name) =>
    graph.node('LayerNormalization', [value, weight(`${name}.weight`), weight(`${name}.bias`)], {
      axis: -1,
      epsilon: { float: config.layer_norm_eps },
    });
  const splitShape = graph.constant([4], [1, tokenCount, headCount, headSize]);
  const joinedShape = graph.constant([3], [1, tokenCount, width]);
  const scale = graph.constant([], Float32Array.of(1 / Math.sqrt(headSize)));
  /** @param {string} value @param {readonly number[]} perm */
  const heads = (value, perm) =>
    graph.node('Transpose', [graph.node('Reshape', [value, splitShape])], { perm });

  const inputShape = [1, config.num_channels, config.image_size, config.image_size];
  const pixels = graph.input('pixels', inputShape);
  const projection = 'vit.embeddings.patch_embeddings.projection';
  const patchSize = [config.patch_size, config.patch_size];
  const embedded = graph.node(
    'Conv',
    [pixels, weight(`${projection}.weight`), weight(`${projection}.bias`)],
    { kernel_shape: patchSize, strides: patchSize },
  );
  const flat = graph.node('Reshape', [embedded, graph.constant([3], [1, width, patchCount])]);
  const patches = graph.node('Transpose', [flat], { perm: [0, 2, 1] });
  const tokens = graph.node('Concat', [weight('vit.embeddings.cls_token'), patches], { axis: 1 });
  let hidden = graph.node('Add', [tokens, weight('vit.embeddings.position_embeddings')]);

  const attentionNames = [];
  for (let layer = 0; layer < config.num_hidden_layers; layer += 1) {
    const prefix = `vit.encoder.layer.${layer}`;
    const normed = norm(hidden, `${prefix}.layernorm_before`);
    const attention = `${prefix}.attention.attention`;
    const query = heads(linear(normed, `${attention}.query`), [0, 2, 1, 3]);
    const key = heads(linear(normed, `${attention}.key`), [0, 2, 3, 1]);
    const value = heads(linear(normed, `${attention}.value`), [0, 2, 1, 3]);
    const scores = graph.node('Mul', [graph.node('MatMul', [query, key]), scale]);
    const probs = graph.node('Softmax', [scores], { axis: -1 });
    const name = `attention_${layer}`;
    graph.output(probs, name, [1, headCount, tokenCount, tokenCount]);
    attentionNames.push(name);
    const mixed = graph.node('Transpose', [graph.node('MatMul', [probs, value])], {
      perm: [0, 2, 1, 3],
    });
    const context = graph.node('Reshape', [mixed, joinedShape]);
    hidden = graph.node('Add', [linear(context, `${prefix}.attention.output.dense`), hidden]);
    const inner = linear(norm(hidden, `${prefix}.layernorm_after`), `${prefix}.intermediate.dense`);
    const outer = linear(graph.node('Gelu', [inner]), `${prefix}.output.dense`);
    hidden = graph.node('Add', [outer, hidden]);
  }
  const final = norm(hidden, 'vit.layernorm');
  const special = graph.node('Gather', [final, graph.constant([], [0])], { axis: 1 });
  const labelCount = tensor('classifier.bias').shape[0] ?? 0;
  graph.output(linear(special, 'classifier'), 'logits', [1, labelCount]);
  const { image_mean: mean, image_std: std } = readJson('preprocessor_config.json');
  return { model: graph.encode(), inputShape, attentionNames, normalization: { mean, std } };
}
