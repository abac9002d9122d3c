/** A decoder's weights as `source/decoder-step.c` reads them. */
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

import { HeapBlocks } from './heap-blocks.ts';
import { bitsOf } from './row-kernels.ts';
import { ThreadChoice } from './thread-choice.ts';
import { addressOf, heapOf } from './wasm-heap.ts';
import type { WasmKernels } from './wasm-kernels.ts';

/** Columns of a group of weights, and tokens of a group of the vocabulary; see `decoder-step.h`. */
export const GROUP = 16;
export const TOKENS = 8;
/** What the inner dimension of the vocabulary's product is padded to. */
const INNER_STEP = 8;
/** Weights begin where a line of the processor's cache does: bytes. */
const LINE = 64;
/** Bytes of a weight that is no half. */
const LONG_BYTES = 3;

interface Product {
  /** [in, out] */
  readonly weight: Tensor2D;
  readonly bias: Tensor1D | null;
  /** What the checkpoint's weight was multiplied by; 1 where absent. */
  readonly factor?: number;
}

type PackedWeights = Pick<PackedProduct, 'weights' | 'isHalf' | 'scales'>;

interface Norm {
  readonly scale: Tensor1D;
  readonly shift: Tensor1D;
  readonly epsilon: number;
}

/** One layer; queries are scaled already. */
export interface DecoderLayerWeights {
  readonly self: {
    readonly query: Product;
    readonly key: Product;
    readonly value: Product;
    readonly output: Product;
    readonly norm: Norm;
  };
  readonly cross: { readonly query: Product; readonly output: Product; readonly norm: Norm };
  readonly feedForward: { readonly rise: Product; readonly fall: Product; readonly norm: Norm };
}

export interface DecoderWeights {
  readonly layers: readonly DecoderLayerWeights[];
  /** States to logits. */
  readonly output: Product;
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

export interface PackedNorm {
  readonly scale: number;
  readonly shift: number;
  readonly epsilon: number;
}

export interface PackedLayer {
  /** Queries, keys and values beside each other, each padded to whole groups. */
  readonly projection: PackedProduct;
  readonly selfOutput: PackedProduct;
  readonly selfNorm: PackedNorm;
  readonly crossQuery: PackedProduct;
  readonly crossOutput: PackedProduct;
  readonly crossNorm: PackedNorm;
  readonly rise: PackedProduct;
  readonly fall: PackedProduct;
  readonly feedForwardNorm: PackedNorm;
}

/** Weights as integers of 15 bits, in parts of 7 and 8. */
export interface PackedVocabulary {
  readonly upper: number;
  readonly lower: number;
  /** Of each token: what its integers are multiplied by, and the length of its lower parts' vector. */
  readonly scales: number;
  readonly lengths: number;
  readonly bias: number;
  /** The inner dimension, padded. */
  readonly inner: number;
  readonly groupCount: number;
  readonly tokenCount: number;
  readonly work: number;
}

/** Weights on the heap, until `dispose`. Norms are read from the tensors, which must live as long. */
export class PackedDecoder {
  readonly kernels: WasmKernels;
  readonly layers: readonly PackedLayer[];
  readonly vocabulary: PackedVocabulary;
  readonly width: number;
  readonly threads: ThreadChoice;
  readonly #blocks: HeapBlocks;

  /** @throws RangeError if the memory is full; nothing is kept then */
  constructor(kernels: WasmKernels, { layers, output }: DecoderWeights) {
    this.kernels = kernels;
    this.#blocks = new HeapBlocks(heapOf(kernels.backend));
    this.width = output.weight.shape[0];
    this.threads = new ThreadChoice(kernels.runner.threadCount);
    try {
      this.layers = layers.map((layer) => this.#packLayer(layer));
      this.vocabulary = this.#packVocabulary(output);
    } catch (error) {
      this.#blocks.free();
      throw error;
    }
  }

  /** Multiplications of a step with one row, those of attention aside. */
  get work(): number {
    return this.layers.reduce((sum, layer) => sum + workOf(layer), this.vocabulary.work);
  }

  dispose(): void {
    this.#blocks.free();
  }

  #packLayer({ self, cross, feedForward }: DecoderLayerWeights): PackedLayer {
    return {
      projection: this.#pack([self.query, self.key, self.value]),
      selfOutput: this.#pack([self.output]),
      selfNorm: this.#norm(self.norm),
      crossQuery: this.#pack([cross.query]),
      crossOutput: this.#pack([cross.output]),
      crossNorm: this.#norm(cross.norm),
      rise: this.#pack([feedForward.rise]),
      fall: this.#pack([feedForward.fall]),
      feedForwardNorm: this.#norm(feedForward.norm),
    };
  }

  #norm({ scale, shift, epsilon }: Norm): PackedNorm {
    const { backend } = this.kernels;
    return { scale: addressOf(backend, scale), shift: addressOf(backend, shift), epsilon };
  }

  /** Products of the same rows beside each other. */
  #pack(products: readonly Product[]): PackedProduct {
    const inner = products[0]?.weight.shape[0] ?? 0;
    const groupCounts = products.map(({ weight }) => Math.ceil(weight.shape[1] / GROUP));
    const groupCount = groupCounts.reduce((sum, count) => sum + count, 0);
    const bias = this.#blocks.take(groupCount * GROUP);
    let first = 0;
    for (const [index, product] of products.entries()) {
      const count = groupCounts[index] ?? 0;
      this.#packBias(product.bias, bias + 4 * GROUP * first, GROUP * count);
      first += count;
    }
    const work = inner * GROUP * groupCount;
    const weights = this.#packHalves(products, work) ?? this.#packLong(products, work, groupCount);
    return { ...weights, bias, inner, groupCount, work };
  }

  #packLong(products: readonly Product[], count: number, groupCount: number): PackedWeights {
    const { backend, runner } = this.kernels;
    // The last weights are read as if there were one more.
    const weights = this.#takeLines(Math.ceil((LONG_BYTES * count) / 4) + 1).start;
    const scales = this.#blocks.take(groupCount);
    let first = 0;
    for (const { weight } of products) {
      const [inner, columns] = weight.shape;
      const own = Math.ceil(columns / GROUP);
      const to = weights + LONG_BYTES * GROUP * inner * first;
      const args = [addressOf(backend, weight), to, scales + 4 * first, inner, columns];
      runner.run('decoder_pack', own, inner * columns, args);
      first += own;
    }
    return { weights, isHalf: false, scales };
  }

  /** Null unless every weight is a half, or a half times the factor of its product. */
  #packHalves(products: readonly Product[], count: number): PackedWeights | null {
    const { backend, runner } = this.kernels;
    const { start: weights, address: block } = this.#takeLines(count / 2);
    const failed = this.#blocks.take(1);
    this.#blocks.integers(failed, 1).fill(0);
    const scales: number[] = [];
    let to = weights;
    for (const { weight, factor = 1 } of products) {
      const [inner, columns] = weight.shape;
      const address = addressOf(backend, weight);
      const exponent = exponentBelow(this.#blocks.floats(address, weight.size), factor);
      const groupCount = Math.ceil(columns / GROUP);
      const args = [address, to, inner, columns, bitsOf(factor), exponent, failed];
      runner.run('decoder_pack_halves', groupCount, inner * columns, args);
      if (this.#blocks.integers(failed, 1)[0] !== 0) {
        this.#blocks.giveBack(block);
        return null;
      }
      scales.push(Math.fround(factor) * 2 ** exponent);
      to += 2 * GROUP * inner * groupCount;
    }
    return { weights, isHalf: true, scales: this.#scalesOf(products, scales) };
  }

  /** Place for numbers of four bytes, and where in it a line of the cache begins. */
  #takeLines(count: number): { readonly address: number; readonly start: number } {
    const address = this.#blocks.take(count + LINE / 4);
    return { address, start: LINE * Math.ceil(address / LINE) };
  }

  /** A product's scale for each of its groups. */
  #scalesOf(products: readonly Product[], scales: readonly number[]): number {
    const values = products.flatMap(({ weight }, index) =>
      Array.from({ length: Math.ceil(weight.shape[1] / GROUP) }, () => scales[index] ?? 1),
    );
    const address = this.#blocks.take(values.length);
    this.#blocks.floats(address, values.length).set(values);
    return address;
  }

  /** The bias and zeros after it. */
  #packBias(bias: Tensor1D | null, to: number, count: number): void {
    const { backend } = this.kernels;
    this.#blocks.floats(to, count).fill(0);
    if (bias === null) return;
    const values = this.#blocks.floats(addressOf(backend, bias), bias.size);
    this.#blocks.floats(to, count).set(values);
  }

  #packVocabulary({ weight, bias }: Product): PackedVocabulary {
    const { backend, runner } = this.kernels;
    const [width, tokenCount] = weight.shape;
    const inner = INNER_STEP * Math.ceil(width / INNER_STEP);
    const groupCount = Math.ceil(tokenCount / TOKENS);
    const upper = this.#takeLines((groupCount * TOKENS * inner) / 4).start;
    const lower = this.#takeLines((groupCount * TOKENS * inner) / 4).start;
    const scales = this.#blocks.take(groupCount * TOKENS);
    const lengths = this.#blocks.take(groupCount * TOKENS);
    const packedBias = this.#blocks.take(groupCount * TOKENS);
    const from = addressOf(backend, weight);
    const args = [from, upper, lower, scales, lengths, width, inner, tokenCount];
    runner.run('decoder_pack_vocabulary', groupCount, width * tokenCount, args);
    this.#packBias(bias, packedBias, groupCount * TOKENS);
    const work = inner * TOKENS * groupCount;
    return { upper, lower, scales, lengths, bias: packedBias, inner, groupCount, tokenCount, work };
  }
}

function workOf(layer: PackedLayer): number {
  const { projection, selfOutput, crossQuery, crossOutput, rise, fall } = layer;
  const products = [projection, selfOutput, crossQuery, crossOutput, rise, fall];
  return products.reduce((sum, { work }) => sum + work, 0);
}

/** What exponents' bits are less by, so that those of the largest number are 31, the most of 5 bits. */
function exponentBelow(values: Float32Array, factor: number): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return (bitsOf(largest / factor) >>> 23) - 31;
}
