/** Weights of a decoder's product, as `source/decoder-product.c` reads them. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

import type { HeapBlocks } from './heap-blocks.ts';
import { bitsOf } from './row-kernels.ts';
import { addressOf } from './wasm-heap.ts';
import type { WasmKernels } from './wasm-kernels.ts';

/** Columns of a group of weights; see `decoder-step.h`. */
export const GROUP = 16;

export interface Product {
  /** [in, out] */
  readonly weight: Tensor2D;
  readonly bias: Tensor1D | null;
  /** What the checkpoint's weight was multiplied by; 1 where absent. */
  readonly factor?: number;
}

export interface PackedProduct {
  readonly weights: number;
  /**
   * Whether the weights are of half precision: where that is what they are, nothing is lost. Else they
   * have three bytes, and errors of 2^-24 of a group's largest.
   */
  readonly isHalf: boolean;
  /** Of each group: what the sums are multiplied by, before the bias is added. */
  readonly scales: number;
  readonly bias: number;
  readonly inner: number;
  readonly groupCount: number;
  /** Multiplications for one row. */
  readonly work: number;
}

/** A product, and which of the groups is its first. */
interface Placed extends Product {
  readonly firstGroup: number;
  readonly groupCount: number;
}

/**
 * Packs products of the same rows beside each other, each padded to whole groups.
 * @throws RangeError if the memory is full
 */
export function packProducts(
  blocks: HeapBlocks,
  kernels: WasmKernels,
  products: readonly Product[],
): PackedProduct {
  const inner = products[0]?.weight.shape[0] ?? 0;
  let groupCount = 0;
  const placed = products.map((product): Placed => {
    const own = Math.ceil(product.weight.shape[1] / GROUP);
    groupCount += own;
    return { ...product, firstGroup: groupCount - own, groupCount: own };
  });
  const bias = blocks.take(groupCount * GROUP);
  for (const { bias: own, firstGroup, groupCount: count } of placed)
    packBias(blocks, kernels.backend, own, bias + 4 * GROUP * firstGroup, GROUP * count);
  const scales = blocks.take(groupCount);
  const work = inner * GROUP * groupCount;
  const halves = packHalves(blocks, kernels, placed, scales, work);
  const weights = halves ?? packLong(blocks, kernels, placed, scales, work);
  return { weights, isHalf: halves !== null, scales, bias, inner, groupCount, work };
}

/** Writes the bias, and zeros after it up to `count` numbers. */
export function packBias(
  blocks: HeapBlocks,
  backend: BackendWasm,
  bias: Tensor1D | null,
  to: number,
  count: number,
): void {
  blocks.floats(to, count).fill(0);
  if (bias === null) return;
  blocks.floats(to, count).set(blocks.floats(addressOf(backend, bias), bias.size));
}

/** Null unless every weight is a half, or a half times the factor of its product. */
function packHalves(
  blocks: HeapBlocks,
  { backend, runner }: WasmKernels,
  products: readonly Placed[],
  scales: number,
  work: number,
): number | null {
  const { start, address: block } = blocks.takeLines(work / 2);
  const failed = blocks.take(1);
  blocks.integers(failed, 1).fill(0);
  for (const { weight, factor = 1, firstGroup, groupCount } of products) {
    const [inner, columns] = weight.shape;
    const address = addressOf(backend, weight);
    const exponent = exponentBelow(blocks.floats(address, weight.size), factor);
    const to = start + 2 * GROUP * inner * firstGroup;
    const args = [address, to, inner, columns, bitsOf(factor), exponent, failed];
    runner.run('decoder_pack_halves', groupCount, inner * columns, args);
    if (blocks.integers(failed, 1)[0] !== 0) {
      blocks.giveBack(block);
      return null;
    }
    blocks.floats(scales + 4 * firstGroup, groupCount).fill(Math.fround(factor) * 2 ** exponent);
  }
  return start;
}

/** As integers of three bytes. */
function packLong(
  blocks: HeapBlocks,
  { backend, runner }: WasmKernels,
  products: readonly Placed[],
  scales: number,
  work: number,
): number {
  // The last weights are read as if there were one more.
  const { start } = blocks.takeLines(Math.ceil((3 * work) / 4) + 1);
  for (const { weight, firstGroup, groupCount } of products) {
    const [inner, columns] = weight.shape;
    const to = start + 3 * GROUP * inner * firstGroup;
    const args = [addressOf(backend, weight), to, scales + 4 * firstGroup, inner, columns];
    runner.run('decoder_pack', groupCount, inner * columns, args);
  }
  return start;
}

/** What exponents' bits are less by, so that those of the largest number are 31, the most of 5 bits. */
function exponentBelow(values: Float32Array, factor: number): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return (bitsOf(largest / factor) >>> 23) - 31;
}
