/** A decoder's step as the list of operations that `source/decoder-step.c` works off. */
import type { HeapBlocks } from './heap-blocks.ts';
import type { PackedDecoder, PackedNorm, PackedProduct } from './packed-decoder.ts';
import { bitsOf } from './row-kernels.ts';

/** Integers of an operation: `OPERATION_LENGTH`. */
const OPERATION_LENGTH = 12;
/** Their kinds. */
const PRODUCT = 0;
const NORMALISE = 1;
const ATTEND_SELF = 2;
const ATTEND_CROSS = 3;
const QUANTISE = 4;
const VOCABULARY = 5;
const SUMMARISE = 6;

const GROUP = 32;
const TOKENS = 16;

/** In the order of `decoder-product.c`. */
const ACTIVATIONS = ['none', 'relu', 'swish', 'gelu', 'gelu_new'] as const;
export type DecoderActivation = Exclude<(typeof ACTIVATIONS)[number], 'none'>;

/** Best tokens that are told of each row: more than any search asks for. */
export const BEST_COUNT = 24;

/** Keys and values of the source for one layer: addresses of [head, source token, headSize]. */
export interface SourceAddresses {
  readonly keys: number;
  readonly values: number;
}

export interface StepBuffers {
  /** The header, zeros but for the places that a step fills in. */
  readonly header: number;
  readonly operationCount: number;
  readonly done: number;
  /** In: states of the tokens read, [row, width]; afterwards the last layer's. */
  readonly x: number;
  /** In: addresses of cells, [row, position]. */
  readonly cells: number;
  /** Out, each [row, …]. */
  readonly selfProbs: number;
  readonly crossProbs: number;
  readonly logits: number;
  readonly logitStride: number;
  readonly bestTokens: number;
  readonly bestLogits: number;
  /** The largest logit and the sum of exponentials, doubles. */
  readonly sums: number;
}

export interface StepSize {
  readonly rows: number;
  /** Positions that there is place for. */
  readonly positions: number;
  readonly sourceCount: number;
  readonly headCount: number;
  readonly activation: DecoderActivation;
}

/** Places of the header that change from step to step; see `decoder-step.h`. */
export const HEADER = {
  rowCount: 0,
  threadCount: 1,
  readCount: 2,
  ticket: 3,
  operationCount: 4,
  operations: 5,
  done: 6,
  cells: 7,
  cellStride: 8,
  width: 9,
  headCount: 10,
  headSize: 11,
  layerCount: 12,
  sourceCount: 13,
  selfProbs: 14,
  crossProbs: 15,
  maySleep: 16,
  sleeping: 17,
  length: 18,
} as const;

/** Writes the operations and takes place for what they work on. */
export function writeProgram(
  blocks: HeapBlocks,
  decoder: PackedDecoder,
  source: readonly SourceAddresses[],
  size: StepSize,
): StepBuffers {
  const { layers, vocabulary, width } = decoder;
  const { rows, positions, sourceCount, headCount, activation } = size;
  const rowBytes = (count: number): number => blocks.take(rows * count);
  const padded = GROUP * Math.ceil(width / GROUP);
  const widest = GROUP * Math.max(...layers.map(({ rise }) => rise.groupCount));
  const x = rowBytes(width);
  const projected = rowBytes(3 * padded);
  const context = rowBytes(padded);
  const added = rowBytes(padded);
  const hidden = rowBytes(widest);
  const probCount = layers.length * headCount;
  const list: number[][] = [];

  const product = (
    from: number,
    stride: number,
    { weights, bias, inner, groupCount, scales, isHalf }: PackedProduct,
    to: number,
    toStride: number,
    kind: (typeof ACTIVATIONS)[number] = 'none',
  ): void => {
    const [code, half] = [ACTIVATIONS.indexOf(kind), isHalf ? 1 : 0];
    const places = [from, stride, inner, weights, bias, to, toStride, groupCount];
    list.push([PRODUCT, ...places, code, scales, half]);
  };
  const addAndNormalise = ({ scale, shift, epsilon }: PackedNorm): void => {
    list.push([NORMALISE, x, width, added, padded, scale, shift, bitsOf(epsilon)]);
  };

  for (const [index, layer] of layers.entries()) {
    const across = source[index];
    if (across === undefined) throw new RangeError(`no layer ${index}`);
    product(x, width, layer.projection, projected, 3 * padded);
    list.push([ATTEND_SELF, projected, 3 * padded, padded, index, context, padded]);
    product(context, padded, layer.selfOutput, added, padded);
    addAndNormalise(layer.selfNorm);
    product(x, width, layer.crossQuery, projected, padded);
    const { keys, values } = across;
    list.push([ATTEND_CROSS, projected, padded, keys, values, index, context, padded]);
    product(context, padded, layer.crossOutput, added, padded);
    addAndNormalise(layer.crossNorm);
    product(x, width, layer.rise, hidden, widest, activation);
    product(hidden, widest, layer.fall, added, padded);
    addAndNormalise(layer.feedForwardNorm);
  }

  const { inner, groupCount, tokenCount, weights, scales, bias } = vocabulary;
  const codes = rowBytes(inner / 2);
  const rowScales = rowBytes(1);
  const logitStride = TOKENS * groupCount;
  const logits = rowBytes(logitStride);
  const [bestTokens, bestLogits] = [rowBytes(BEST_COUNT), rowBytes(BEST_COUNT)];
  const sums = rowBytes(4);
  list.push(
    [QUANTISE, x, width, width, codes, inner, rowScales],
    [VOCABULARY, codes, inner, rowScales, weights, scales, bias, logits, logitStride, groupCount],
    [SUMMARISE, logits, logitStride, tokenCount, bestTokens, bestLogits, BEST_COUNT, sums],
  );

  const operations = blocks.take(OPERATION_LENGTH * list.length);
  const done = blocks.take(list.length);
  const cells = rowBytes(positions);
  const selfProbs = rowBytes(probCount * positions);
  const crossProbs = rowBytes(probCount * sourceCount);
  const header = blocks.take(HEADER.length);
  const written = blocks.integers(operations, OPERATION_LENGTH * list.length);
  written.fill(0);
  for (const [index, operation] of list.entries()) written.set(operation, OPERATION_LENGTH * index);
  const fields = blocks.integers(header, HEADER.length);
  fields.fill(0);
  fields[HEADER.operationCount] = list.length;
  fields[HEADER.operations] = operations;
  fields[HEADER.done] = done;
  fields[HEADER.cells] = cells;
  fields[HEADER.cellStride] = positions;
  fields[HEADER.width] = width;
  fields[HEADER.headCount] = headCount;
  fields[HEADER.headSize] = width / headCount;
  fields[HEADER.layerCount] = layers.length;
  fields[HEADER.sourceCount] = sourceCount;
  fields[HEADER.selfProbs] = selfProbs;
  fields[HEADER.crossProbs] = crossProbs;
  return {
    header,
    operationCount: list.length,
    done,
    x,
    cells,
    selfProbs,
    crossProbs,
    logits,
    logitStride,
    bestTokens,
    bestLogits,
    sums,
  };
}
