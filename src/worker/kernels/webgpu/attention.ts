/** Attention: a layer's heads over all tokens, and one query over what is cached. */
import { attentionWeights } from './attention-scores.ts';
import type { Compute } from './override.ts';
import { type Place, type Product, multiply } from './product.ts';
import { sizeOf } from './program.ts';

/**
 * `projected`: [token, 3 · width], queries, keys and values, in each the heads side by side; queries
 * scaled. Gives the weights, [head, query, key], and the mixed values, [token, width].
 */
export const selfAttention: Compute = (context, { inputs, attrs }) => {
  const { projected } = inputs;
  const headCount = attrs?.['headCount'];
  if (projected === undefined || typeof headCount !== 'number') return null;
  const [tokens = 0, row = 0] = projected.shape;
  const width = row / 3;
  const size = width / headCount;
  if (!Number.isInteger(size) || tokens === 0) return null;
  const part = (index: number): Place => ({
    tensor: projected,
    start: index * width,
    rowStride: row,
    batchStride: size,
  });
  const probs = attentionWeights(context, {
    groupCount: headCount,
    queryCount: tokens,
    keyCount: tokens,
    seenCount: tokens,
    size,
    queries: part(0),
    keys: part(1),
    shape: [headCount, tokens, tokens],
  });
  const mixed = multiply(context, {
    ...plain,
    batch: headCount,
    rows: tokens,
    inner: tokens,
    columns: size,
    a: { tensor: probs, start: 0, rowStride: tokens, batchStride: tokens * tokens },
    b: { ...part(2), columnStride: 1 },
    shape: [tokens, width],
    rowStride: width,
    batchStride: size,
  });
  return mixed === null ? null : [probs, mixed];
};

/**
 * `query`: [group, 1, size], scaled; `keys` and `values`: [group, key, size], of which each query
 * sees the first `seenCount`. Gives the weights, [group, 1, key], 0 for keys that are not seen, and
 * the mixed values, [group, 1, size].
 */
export const oneQueryAttention: Compute = (context, { inputs, attrs }) => {
  const { query, keys, values } = inputs;
  const seenCount = attrs?.['seenCount'];
  if (query === undefined || keys === undefined || values === undefined) return null;
  const [groupCount = 0, keyCount = 0, size = 0] = keys.shape;
  if (typeof seenCount !== 'number' || seenCount < 1 || seenCount > keyCount) return null;
  if (sizeOf(query.shape) !== groupCount * size || sizeOf(values.shape) !== sizeOf(keys.shape))
    return null;
  const cached = { start: 0, rowStride: size, batchStride: keyCount * size };
  const probs = attentionWeights(context, {
    groupCount,
    queryCount: 1,
    keyCount,
    seenCount,
    size,
    queries: { tensor: query, start: 0, rowStride: size, batchStride: size },
    keys: { tensor: keys, ...cached },
    shape: [groupCount, 1, keyCount],
  });
  const mixed = multiply(context, {
    ...plain,
    batch: groupCount,
    rows: 1,
    inner: keyCount,
    columns: size,
    a: { tensor: probs, start: 0, rowStride: keyCount, batchStride: keyCount },
    b: { tensor: values, columnStride: 1, ...cached },
    shape: [groupCount, 1, size],
    rowStride: size,
    batchStride: size,
  });
  return mixed === null ? null : [probs, mixed];
};

const plain: Pick<Product, 'bias' | 'added' | 'activation'> = {
  bias: null,
  added: null,
  activation: 'linear',
};
