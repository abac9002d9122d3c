/** A decoder's weights as `source/decoder-step.c` reads them. */
import type { Tensor1D } from '@tensorflow/tfjs-core';

import { HeapBlocks } from './heap-blocks.ts';
import { type PackedProduct, type Product, packProducts } from './packed-product.ts';
import { type PackedVocabulary, packVocabulary } from './packed-vocabulary.ts';
import { ThreadChoice } from './thread-choice.ts';
import { addressOf, heapOf } from './wasm-heap.ts';
import type { WasmKernels } from './wasm-kernels.ts';

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
      this.vocabulary = packVocabulary(this.#blocks, kernels, output);
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
    const pack = (...products: readonly Product[]): PackedProduct =>
      packProducts(this.#blocks, this.kernels, products);
    return {
      projection: pack(self.query, self.key, self.value),
      selfOutput: pack(self.output),
      selfNorm: this.#norm(self.norm),
      crossQuery: pack(cross.query),
      crossOutput: pack(cross.output),
      crossNorm: this.#norm(cross.norm),
      rise: pack(feedForward.rise),
      fall: pack(feedForward.fall),
      feedForwardNorm: this.#norm(feedForward.norm),
    };
  }

  #norm({ scale, shift, epsilon }: Norm): PackedNorm {
    const { backend } = this.kernels;
    return { scale: addressOf(backend, scale), shift: addressOf(backend, shift), epsilon };
  }
}

function workOf(layer: PackedLayer): number {
  const { projection, selfOutput, crossQuery, crossOutput, rise, fall } = layer;
  const products = [projection, selfOutput, crossQuery, crossOutput, rise, fall];
  return products.reduce((sum, { work }) => sum + work, 0);
}
