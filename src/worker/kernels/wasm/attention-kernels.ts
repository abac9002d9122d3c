/** Attention on wasm: a layer's heads over all tokens, and one query over what is cached. */
import { PANEL } from './packed-factors.ts';
import type { Attempt } from './override.ts';
import { addressOf } from './wasm-heap.ts';

/**
 * `projected`: [set · token, 3 · width], queries, keys and values, in each the heads side by side;
 * queries scaled. Of each of the `setCount` sets, 1 if absent, the first `queryCount` tokens ask, all if
 * absent. Gives the weights, [set · head, query, key], and the mixed values, [set · query, width].
 */
export const selfAttention: Attempt = ({ backend, runner }, { inputs, attrs }) => {
  const { projected } = inputs;
  if (projected === undefined) return null;
  const [rows = 0, row = 0] = projected.shape;
  const headCount = attrs?.['headCount'];
  const setCount = attrs?.['setCount'] ?? 1;
  if (typeof headCount !== 'number' || typeof setCount !== 'number') return null;
  const tokens = rows / setCount;
  const queryCount = attrs?.['queryCount'] ?? tokens;
  if (typeof queryCount !== 'number') return null;
  const width = row / 3;
  const size = width / headCount;
  if (!Number.isInteger(size) || !Number.isInteger(tokens)) return null;
  if (queryCount < 1 || queryCount > tokens) return null;
  const probs = backend.makeOutput([setCount * headCount, queryCount, tokens], 'float32');
  const context = backend.makeOutput([setCount * queryCount, width], 'float32');
  const scratchBytes = 4 * (roundUp(tokens) * size + tokens * roundUp(size));
  for (let set = 0; set < setCount; set++) {
    const query = addressOf(backend, projected) + 4 * set * tokens * row;
    const args = [
      query,
      query + 4 * width,
      query + 8 * width,
      row,
      size,
      addressOf(backend, probs) + 4 * set * headCount * queryCount * tokens,
      addressOf(backend, context) + 4 * set * queryCount * width,
      queryCount,
      tokens,
      size,
      headCount,
    ];
    runner.run('attend', headCount, 2 * queryCount * tokens * width, args, scratchBytes);
  }
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
