/** A block of a ViT on wasm, in one call of `source/vit-layer.c`. */
import type { TensorInfo } from '@tensorflow/tfjs-core';

import { MAY_SLEEP } from './kernel-jobs.ts';
import type { Attempt } from './override.ts';
import { PANEL } from './packed-factors.ts';
import { bitsOf } from './row-kernels.ts';
import { addressOf } from './wasm-heap.ts';

/** In the order of `source/vit-layer.c`. */
export const LAYER_ACTIVATIONS = ['gelu', 'gelu_new', 'quick_gelu', 'relu'] as const;

/** Of `source/vit-layer.c`: numbers of the MLP that a thread has at once, and rows. */
const INNER = 768;
const MOST_ROWS = 96;

/** Tensors that a block has in any case, by the names that `runLayerAtOnce` gives them. */
const NEEDED = [
  'hidden',
  'scaleBefore',
  'shiftBefore',
  'project',
  'join',
  'scaleAfter',
  'shiftAfter',
  'up',
  'down',
] as const;

type Needed = Readonly<Record<(typeof NEEDED)[number], TensorInfo>>;

function hasNeeded<T extends object>(inputs: T): inputs is T & Needed {
  return NEEDED.every((name) => Reflect.get(inputs, name) !== undefined);
}

/**
 * `hidden`: [set · token, width]. Gives the first `keptCount` tokens of each set, [set · token, width],
 * and the weights of the first `queryCount`, [set · head, query, key].
 */
export const vitLayer: Attempt = (kernels, { inputs, attrs }) => {
  const number = (name: string): number => Number(attrs?.[name]);
  const [queryCount, keptCount] = [number('queryCount'), number('keptCount')];
  const setCount = number('setCount');
  const activation = LAYER_ACTIVATIONS.findIndex((name) => name === attrs?.['activation']);
  if (!hasNeeded(inputs) || activation < 0) return null;
  const { backend, runner, factors } = kernels;
  const [rowCount = 0, width = 0] = inputs.hidden.shape;
  const tokenCount = rowCount / setCount;
  const [mixed = 0] = inputs.join.shape;
  const [inner = 0] = inputs.down.shape;
  const headCount = number('headCount');
  const size = mixed / headCount;
  if (!Number.isInteger(size) || !Number.isInteger(tokenCount)) return null;
  if (!(keptCount >= 1 && keptCount <= queryCount)) return null;
  if (!(queryCount <= tokenCount) || width * inner === 0) return null;

  const out = backend.makeOutput([setCount * keptCount, width], 'float32');
  const probs = backend.makeOutput([setCount * headCount, queryCount, tokenCount], 'float32');
  const optional = (name: string): number => {
    const tensor = inputs[name];
    return tensor === undefined ? 0 : addressOf(backend, tensor);
  };
  const panels = (tensor: TensorInfo, place: number): number => {
    const [rows = 0, columns = 0] = tensor.shape;
    const address = addressOf(backend, tensor);
    return factors.weight(
      tensor.dataId,
      { address, inner: rows, columns, isTransposed: false },
      place,
    );
  };
  const { projected, context, job } = kernels.layer;
  const cells = [
    // No unit is claimed and none is done.
    0,
    0,
    runner.threadCount,
    MAY_SLEEP ? 1 : 0,
    addressOf(backend, inputs.hidden),
    addressOf(backend, inputs.scaleBefore),
    addressOf(backend, inputs.shiftBefore),
    bitsOf(number('epsilonBefore')),
    panels(inputs.project, 0),
    optional('projectBias'),
    projected.take(4 * rowCount * 3 * mixed),
    context.take(4 * setCount * keptCount * mixed),
    addressOf(backend, probs),
    panels(inputs.join, 1),
    optional('joinBias'),
    addressOf(backend, inputs.scaleAfter),
    addressOf(backend, inputs.shiftAfter),
    bitsOf(number('epsilonAfter')),
    panels(inputs.up, 2),
    optional('upBias'),
    panels(inputs.down, 3),
    optional('downBias'),
    addressOf(backend, out),
    setCount,
    tokenCount,
    queryCount,
    keptCount,
    width,
    headCount,
    size,
    inner,
    activation,
  ];
  const address = job.take(4 * cells.length);
  new Int32Array(kernels.memory.buffer, address, cells.length).set(cells);
  const ofAttention = roundUp(tokenCount) * size + tokenCount * roundUp(size);
  const ofRows = MOST_ROWS * (width + Math.min(INNER, inner));
  const work = rowCount * width * (3 * mixed + inner);
  runner.run('vit_layer', runner.threadCount, work, [address], 4 * Math.max(ofAttention, ofRows));
  return [out, probs];
};

function roundUp(count: number): number {
  return PANEL * Math.ceil(count / PANEL);
}
