/** An encoder's weights as `source/encoder.c` reads them. */
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

import { HeapBlocks } from './heap-blocks.ts';
import { bitsOf } from './row-kernels.ts';
import { ACTIVATIONS, type TranslatorActivation } from './translator-activation.ts';
import { addressOf, heapOf } from './wasm-heap.ts';
import type { WasmKernels } from './wasm-kernels.ts';

interface Product {
  /** [in, out] */
  readonly weight: Tensor2D;
  readonly bias: Tensor1D | null;
}

interface Norm {
  readonly scale: Tensor1D;
  readonly shift: Tensor1D;
  readonly epsilon: number;
}

/** One layer, whose norms come after its sublayers. */
export interface EncoderLayerWeights {
  /** Queries, scaled, keys and values: [width, 3 · width]. */
  readonly project: Product;
  readonly output: Product;
  readonly norm: Norm;
  readonly feedForward: { readonly rise: Product; readonly fall: Product; readonly norm: Norm };
}

export interface EncoderWeights {
  readonly layers: readonly EncoderLayerWeights[];
  /** Keys and values of each decoder layer's cross-attention: [width, width] each. */
  readonly across: readonly Product[];
  readonly headCount: number;
  readonly acrossHeadCount: number;
  readonly activation: TranslatorActivation;
}

/** Integers of a layer, and of keys or values of a decoder layer. */
export const LAYER_LENGTH = 14;

/**
 * Lists of addresses on the heap, until `dispose`. The weights themselves are packed as products of
 * matrices pack them, and shared with those; norms and biases are read from the tensors. All must live
 * as long.
 */
export class PackedEncoder {
  readonly kernels: WasmKernels;
  /** Addresses of the lists. */
  readonly layers: number;
  readonly across: number;
  readonly layerCount: number;
  readonly acrossCount: number;
  readonly width: number;
  readonly inner: number;
  readonly headCount: number;
  readonly acrossHeadCount: number;
  /** As the kernel numbers them. */
  readonly activation: number;
  /** Whether the activation leaves zeros, which the kernel passes over. */
  readonly rectifies: boolean;
  readonly #blocks: HeapBlocks;

  private constructor(
    kernels: WasmKernels,
    { layers, across, headCount, acrossHeadCount, activation }: EncoderWeights,
    lists: { readonly layers: readonly number[]; readonly across: readonly number[] },
  ) {
    this.kernels = kernels;
    this.layerCount = layers.length;
    this.acrossCount = across.length;
    [this.width = 0, this.inner = 0] = layers[0]?.feedForward.rise.weight.shape ?? [];
    this.headCount = headCount;
    this.acrossHeadCount = acrossHeadCount;
    this.activation = ACTIVATIONS.indexOf(activation);
    this.rectifies = activation === 'relu';
    this.#blocks = new HeapBlocks(heapOf(kernels.backend));
    this.layers = this.#write(lists.layers);
    this.across = this.#write(lists.across);
  }

  /**
   * Null where packed weights would take more than is kept altogether.
   * @throws RangeError if the memory is full
   */
  static pack(kernels: WasmKernels, weights: EncoderWeights): PackedEncoder | null {
    const product = ({ weight, bias }: Product): number[] | null => {
      const panels = panelsOf(kernels, weight);
      return panels === null
        ? null
        : [panels, bias === null ? 0 : addressOf(kernels.backend, bias)];
    };
    const norm = ({ scale, shift, epsilon }: Norm): number[] => [
      addressOf(kernels.backend, scale),
      addressOf(kernels.backend, shift),
      bitsOf(epsilon),
    ];
    const layers = whole(
      weights.layers.flatMap(({ project, output, norm: attended, feedForward }) => [
        product(project),
        product(output),
        norm(attended),
        product(feedForward.rise),
        product(feedForward.fall),
        norm(feedForward.norm),
      ]),
    );
    const across = layers && whole(weights.across.map(product));
    return across && new PackedEncoder(kernels, weights, { layers, across });
  }

  /** Multiplications for one token, those of attention aside. */
  get work(): number {
    const { layerCount, acrossCount, width, inner } = this;
    return width * (layerCount * (4 * width + 2 * inner) + acrossCount * width);
  }

  dispose(): void {
    this.#blocks.free();
  }

  #write(list: readonly number[]): number {
    const address = this.#blocks.take(list.length);
    this.#blocks.integers(address, list.length).set(list);
    return address;
  }
}

function panelsOf({ backend, factors }: WasmKernels, weight: Tensor2D): number | null {
  const [inner, columns] = weight.shape;
  const address = addressOf(backend, weight);
  return factors.keep(weight.dataId, { address, inner, columns, isTransposed: false });
}

/** Null if a part is missing. */
function whole(parts: readonly (readonly number[] | null)[]): number[] | null {
  return parts.every((part) => part !== null) ? parts.flat() : null;
}
