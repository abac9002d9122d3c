/** Attention on wasm: a layer's heads over all tokens, and one query over what is cached. */
import { PANEL } from './packed-factors.ts';
import type { Attempt } from './override.ts';
import { addressOf } from './wasm-heap.ts';

/**
 * `projected`: [token, 3 · width], queries, keys and values, in each the heads side by side; queries
 * scaled. Gives the weights, [head, query, key], and the mixed values, [token, width].
 */
export const selfAttention: Attempt = ({ backend, runner }, { inputs, attrs }) => {
  const { projected } = inputs;
  const headCount = attrs?.['headCount'];
  if (projected === undefined || typeof headCount !== 'number') return null;
  const [tokens = 0, row = 0] = projected.shape;
  const width = row / 3;
  const size = width / headCount;
  if (!Number.isInteger(size) || tokens === 0) return null;
  const probs = backend.makeOutput([headCount, tokens, tokens], 'float32');
  const context = backend.makeOutput([tokens, width], 'float32');
  const query = addressOf(backend, projected);
  const args = [
    query,
    query + 4 * width,
    query + 8 * width,
    row,
    size,
    addressOf(backend, probs),
    addressOf(backend, context),
    tokens,
    tokens,
    size,
    headCount,
  ];
  const scratchBytes = 4 * (roundUp(tokens) * size + tokens * roundUp(size));
  runner.run('attend', headCount, 2 * tokens * tokens * width, args, scratchBytes);
  return [probs, context];
};

/**
 * `query`: [group, 1, size], scaled; `keys` and `values`: [group, key, size], of which each query
 * sees the first `seenCount`. Gives the weights, [group, 1, key], 0 for keys that are not seen, and
 * the mixed values, [group, 1, size].
 */
export const oneQueryAttention: Attempt = ({ backend, runner }, { inputs, attrs }) => {
  const { query, keys, values } = inputs;
  const seenCount = attrs?.['seenCount'];
  if (query === undefined || keys === undefined || values === undefined) return null;
  const [groupCount = 0, keyCount = 0, size = 0] = keys.shape;
  if (typeof seenCount !== 'number' || seenCount < 1 || seenCount > keyCount) return null;
  if (sizeOf(query.shape) !== groupCount * size || sizeOf(values.shape) !== sizeOf(keys.shape))
    return null;
  const probs = backend.makeOutput([groupCount, 1, keyCount], 'float32');
  const context = backend.makeOutput([groupCount, 1, size], 'float32');
  const args = [
    addressOf(backend, query),
    addressOf(backend, keys),
    addressOf(backend, values),
    addressOf(backend, probs),
    addressOf(backend, context),
    keyCount * size,
    keyCount,
    seenCount,
    size,
  ];
  runner.run('attend_one', groupCount, 2 * groupCount * seenCount * size, args);
  return [probs, context];
};

function roundUp(count: number): number {
  return PANEL * Math.ceil(count / PANEL);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
