/** States to logits, as `source/decoder-vocabulary.c` reads the weights. */
import type { HeapBlocks } from './heap-blocks.ts';
import { multipliesFours } from './multiplies-fours.ts';
import { type Product, packBias } from './packed-product.ts';
import { addressOf } from './wasm-heap.ts';
import type { WasmKernels } from './wasm-kernels.ts';

/** Tokens of a group; see `decoder-step.h`. */
export const TOKENS = 8;
/** What the inner dimension is padded to. */
const INNER_STEP = 8;

/** Weights as integers of 15 bits, in parts of 7 and 8. */
export interface PackedVocabulary {
  readonly upper: number;
  readonly lower: number;
  /** Of each token: what its integers are multiplied by, and the length of its lower parts' vector. */
  readonly scales: number;
  readonly lengths: number;
  readonly bias: number;
  /** How many numbers of a token lie together in the upper parts. */
  readonly together: 2 | 4;
  /** The inner dimension, padded. */
  readonly inner: number;
  readonly groupCount: number;
  readonly tokenCount: number;
  /** Multiplications for one row. */
  readonly work: number;
}

/** @throws RangeError if the memory is full */
export function packVocabulary(
  blocks: HeapBlocks,
  { backend, runner }: WasmKernels,
  { weight, bias }: Product,
): PackedVocabulary {
  const [width, tokenCount] = weight.shape;
  const inner = INNER_STEP * Math.ceil(width / INNER_STEP);
  const groupCount = Math.ceil(tokenCount / TOKENS);
  const count = groupCount * TOKENS;
  const upper = blocks.takeLines((count * inner) / 4).start;
  const lower = blocks.takeLines((count * inner) / 4).start;
  const scales = blocks.take(count);
  const lengths = blocks.take(count);
  const packedBias = blocks.take(count);
  const together = multipliesFours(blocks.heap, runner) ? 4 : 2;
  const places = [addressOf(backend, weight), upper, lower, scales, lengths];
  runner.run('decoder_pack_vocabulary', groupCount, width * tokenCount, [
    ...places,
    width,
    inner,
    tokenCount,
    together,
  ]);
  packBias(blocks, backend, bias, packedBias, count);
  return {
    upper,
    lower,
    scales,
    lengths,
    bias: packedBias,
    together,
    inner,
    groupCount,
    tokenCount,
    work: inner * count,
  };
}
