/** Matrix products: `BatchMatMul` and `_FusedMatMul` of tfjs, and a linear layer of ours. */
import type { TensorInfo } from '@tensorflow/tfjs-core';

import type { Compute } from './override.ts';
import { type Product, multiply } from './product.ts';
import { sizeOf } from './program.ts';

type Activation = Product['activation'];

export const batchMatMul: Compute = (context, { inputs, attrs }) => {
  const { a, b } = inputs;
  if (a === undefined || b === undefined) return null;
  if (attrs?.['transposeA'] === true) return null;
  const product = describeProduct(a, b, attrs?.['transposeB'] === true);
  return product === null ? null : multiply(context, product);
};

export const fusedMatMul: Compute = (context, { inputs, attrs }) => {
  const { a, b, bias, preluActivationWeights } = inputs;
  const activation = attrs?.['activation'] ?? 'linear';
  if (a === undefined || b === undefined) return null;
  if (!isOneOf(activation, ['linear', 'relu'])) return null;
  if (preluActivationWeights !== undefined && preluActivationWeights !== null) return null;
  if (attrs?.['transposeA'] === true || attrs?.['transposeB'] === true) return null;
  return multiplyWith(context, a, b, bias ?? null, null, activation);
};

/** `x`: [rows, in], `weight`: [in, out], `bias`: [out], `added`: [rows, out]. */
export const linear: Compute = (context, { inputs, attrs }) => {
  const { x, weight, bias, added } = inputs;
  const activation = attrs?.['activation'] ?? 'linear';
  if (x === undefined || weight === undefined) return null;
  if (!isOneOf(activation, ['linear', 'gelu'])) return null;
  return multiplyWith(context, x, weight, bias ?? null, added ?? null, activation);
};

function isOneOf(value: unknown, names: readonly Activation[]): value is Activation {
  return names.some((name) => name === value);
}

function multiplyWith(
  context: Parameters<Compute>[0],
  a: TensorInfo,
  b: TensorInfo,
  bias: TensorInfo | null,
  added: TensorInfo | null,
  activation: Activation,
): TensorInfo | null {
  const product = describeProduct(a, b, false);
  if (product === null) return null;
  if (bias !== null && (bias.dtype !== 'float32' || sizeOf(bias.shape) !== product.columns))
    return null;
  if (
    added !== null &&
    (added.dtype !== 'float32' || sizeOf(added.shape) !== sizeOf(product.shape))
  )
    return null;
  return multiply(context, { ...product, bias, added, activation });
}

/** Null for what tfjs is left to do, or to refuse. */
function describeProduct(a: TensorInfo, b: TensorInfo, transposeB: boolean): Product | null {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return null;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [rows = 1, inner = 1] = a.shape.slice(-2);
  const sidesB = b.shape.slice(-2);
  const [innerB = 1, columns = 1] = transposeB ? sidesB.toReversed() : sidesB;
  if (inner !== innerB || sizeOf(a.shape) === 0 || sizeOf(b.shape) === 0) return null;
  // Batches that differ are left to tfjs, unless one factor serves them all: then it is one product.
  const sharesB = sizeOf(batchB) === 1 && batchB.length <= batchA.length;
  const isSame = batchA.length === batchB.length && batchA.every((size, at) => size === batchB[at]);
  if (!sharesB && !isSame) return null;
  const batch = sizeOf(batchA);
  return {
    batch: sharesB ? 1 : batch,
    rows: sharesB ? batch * rows : rows,
    inner,
    columns,
    a: { tensor: a, start: 0, rowStride: inner, batchStride: rows * inner },
    b: {
      tensor: b,
      start: 0,
      rowStride: transposeB ? 1 : columns,
      columnStride: transposeB ? inner : 1,
      batchStride: inner * columns,
    },
    shape: [...batchA, rows, columns],
    rowStride: columns,
    batchStride: rows * columns,
    bias: null,
    added: null,
    activation: 'linear',
  };
}
