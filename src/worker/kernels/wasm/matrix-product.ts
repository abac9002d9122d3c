/** Matrix products: `BatchMatMul` and `_FusedMatMul` of tfjs. */
import type { TensorInfo } from '@tensorflow/tfjs-core';

import type { Attempt } from './override.ts';
import type { Factor } from './packed-factors.ts';
import type { WasmKernels } from './wasm-kernels.ts';
import { addressOf } from './wasm-heap.ts';

/** Fewer rows than this are not worth packing a factor that is used once. */
const FEW_ROWS = 4;
/** Up to so many rows threads share the columns, above it the rows. */
const PANELWISE_ROWS = 12;
/** Columns that `multiply_panels` and `multiply_vector` take at once. */
const GROUP = 32;

interface Product {
  readonly batch: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Whether one factor serves the whole batch. */
  readonly sharesA: boolean;
  readonly sharesB: boolean;
  /** Of the result. */
  readonly shape: number[];
}

interface Epilogue {
  readonly bias: TensorInfo | null;
  readonly relu: boolean;
}

export const batchMatMul: Attempt = (kernels, { inputs, attrs }) => {
  const { a, b } = inputs;
  if (a === undefined || b === undefined) return null;
  const product = describeProduct(
    a,
    b,
    attrs?.['transposeA'] === true,
    attrs?.['transposeB'] === true,
  );
  return product === null ? null : multiply(kernels, a, b, product, { bias: null, relu: false });
};

export const fusedMatMul: Attempt = (kernels, { inputs, attrs }) => {
  const { a, b, bias, preluActivationWeights } = inputs;
  const activation = attrs?.['activation'] ?? 'linear';
  if (a === undefined || b === undefined) return null;
  if (activation !== 'linear' && activation !== 'relu') return null;
  if (preluActivationWeights !== undefined && preluActivationWeights !== null) return null;
  const product = describeProduct(
    a,
    b,
    attrs?.['transposeA'] === true,
    attrs?.['transposeB'] === true,
  );
  if (product === null) return null;
  const added = bias ?? null;
  if (added !== null && (added.shape.length !== 1 || added.shape[0] !== product.columns))
    return null;
  return multiply(kernels, a, b, product, { bias: added, relu: activation === 'relu' });
};

/** Null for what tfjs is left to do, or to refuse. */
function describeProduct(
  a: TensorInfo,
  b: TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): Product | null {
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return null;
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const [countA, countB] = [sizeOf(batchA), sizeOf(batchB)];
  const isSame = batchA.length === batchB.length && batchA.every((size, at) => size === batchB[at]);
  if (!isSame && countA !== 1 && countB !== 1) return null;
  const [rows, inner] = lastTwo(a.shape, transposeA);
  const [innerB, columns] = lastTwo(b.shape, transposeB);
  const batch = Math.max(countA, countB);
  if (inner !== innerB || rows * inner * columns * batch === 0) return null;
  // As many dimensions as the longer of the two.
  const longer = batchA.length >= batchB.length ? batchA : batchB;
  const shorter = longer === batchA ? batchB : batchA;
  const batchShape = longer.map((size, at) => {
    const other = shorter[at - (longer.length - shorter.length)] ?? 1;
    return Math.max(size, other);
  });
  return {
    batch,
    rows,
    inner,
    columns,
    transposeA,
    transposeB,
    sharesA: countA === 1,
    sharesB: countB === 1,
    shape: [...batchShape, rows, columns],
  };
}

function multiply(
  kernels: WasmKernels,
  a: TensorInfo,
  b: TensorInfo,
  product: Product,
  epilogue: Epilogue,
): TensorInfo {
  const { backend, factors } = kernels;
  const { inner, columns, transposeA, transposeB, sharesA, sharesB } = product;
  const out = backend.makeOutput(product.shape, 'float32');
  const to = addressOf(backend, out);
  const from = addressOf(backend, a);
  const bias = epilogue.bias === null ? 0 : addressOf(backend, epilogue.bias);
  // One factor for the whole batch makes it one product of many rows.
  const isFlat = sharesB && !transposeA && !(sharesA && product.batch > 1);
  const batch = isFlat ? 1 : product.batch;
  const rows = isFlat ? product.rows * product.batch : product.rows;
  const factorSize = sharesB ? 0 : inner * columns;
  const leftSize = sharesA ? 0 : rows * inner;
  const start = addressOf(backend, b);
  const whole: Factor = { address: start, inner, columns, isTransposed: transposeB };
  const kept = sharesB ? factors.kept(b.dataId, whole) : null;
  for (let index = 0; index < batch; index++) {
    const left = from + 4 * index * leftSize;
    multiplyOne(kernels, {
      a: transposeA ? transposed(kernels, left, inner, rows) : left,
      factor: { ...whole, address: start + 4 * index * factorSize },
      packed: kept,
      bias,
      c: to + 4 * index * rows * columns,
      rows,
      relu: epilogue.relu ? 1 : 0,
    });
  }
  return out;
}

/** Addresses of a product of two matrices. */
interface Operands {
  readonly a: number;
  readonly factor: Factor;
  /** The factor's panels, if they are there already. */
  readonly packed: number | null;
  /** 0 for none. */
  readonly bias: number;
  readonly c: number;
  readonly rows: number;
  readonly relu: 0 | 1;
}

function multiplyOne(
  { runner, factors }: WasmKernels,
  { a, factor, packed, bias, c, rows, relu }: Operands,
): void {
  const { address, inner, columns, isTransposed } = factor;
  const work = rows * inner * columns;
  if (packed === null && rows < FEW_ROWS) {
    if (isTransposed) {
      runner.run('multiply_dots', columns, work, [a, address, bias, c, rows, inner, columns, relu]);
      return;
    }
    for (let row = 0; row < rows; row++) {
      const [from, to] = [a + 4 * row * inner, c + 4 * row * columns];
      const args = [from, address, bias, to, inner, columns, relu];
      runner.run('multiply_vector', Math.ceil(columns / GROUP), work / rows, args);
    }
    return;
  }
  const panels = packed ?? factors.forOnce(factor);
  if (rows < PANELWISE_ROWS) {
    const args = [a, panels, bias, c, rows, inner, columns, relu];
    runner.run('multiply_panels', Math.ceil(columns / GROUP), work, args);
  } else {
    runner.run('multiply_rows', rows, work, [a, panels, bias, c, inner, columns, relu]);
  }
}

/** The address of [columns, rows] as [rows, columns], until the next call. */
function transposed(kernels: WasmKernels, from: number, rows: number, columns: number): number {
  const to = kernels.transposed.take(4 * rows * columns);
  kernels.runner.run('transpose', rows, rows * columns, [from, to, rows, columns]);
  return to;
}

function lastTwo(shape: readonly number[], isTransposed: boolean): [number, number] {
  const [first, second] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  return isTransposed ? [second, first] : [first, second];
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
