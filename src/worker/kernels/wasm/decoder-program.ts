/** A decoder's step as the list of operations that `source/decoder-step.c` works off. */
import type { HeapBlocks } from './heap-blocks.ts';
import type { PackedDecoder, PackedLayer, PackedNorm, PackedProduct } from './packed-decoder.ts';
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

/** Where operations put what is theirs alone, each [row, …]. */
interface Workspace {
  readonly projected: number;
  readonly context: number;
  readonly added: number;
  readonly hidden: number;
  readonly codes: number;
  readonly rowScales: number;
  /** Numbers of a row of states, padded to whole groups; and of a row of the widest MLP. */
  readonly padded: number;
  readonly widest: number;
}

/** Writes the operations and takes place for what they work on. */
export function writeProgram(
  blocks: HeapBlocks,
  decoder: PackedDecoder,
  source: readonly SourceAddresses[],
  size: StepSize,
): StepBuffers {
  const places = takePlaces(blocks, decoder, size);
  const workspace = takeWorkspace(blocks, decoder, size.rows);
  const list = [
    ...decoder.layers.flatMap((layer, index) => {
      const across = source[index];
      if (across === undefined) throw new RangeError(`no layer ${index}`);
      return layerOperations(layer, index, across, { ...workspace, x: places.x }, decoder, size);
    }),
    ...vocabularyOperations(decoder, places, workspace),
  ];
  const operations = blocks.take(OPERATION_LENGTH * list.length);
  const written = blocks.integers(operations, OPERATION_LENGTH * list.length);
  written.fill(0);
  for (const [index, operation] of list.entries()) written.set(operation, OPERATION_LENGTH * index);
  const buffers = { ...places, done: blocks.take(list.length), operationCount: list.length };
  writeHeader(blocks, buffers, operations, decoder, size);
  return buffers;
}

function takePlaces(
  blocks: HeapBlocks,
  { layers, vocabulary, width }: PackedDecoder,
  { rows, positions, sourceCount, headCount }: StepSize,
): Omit<StepBuffers, 'done' | 'operationCount'> {
  const take = (count: number): number => blocks.take(rows * count);
  const headRows = layers.length * headCount;
  const logitStride = TOKENS * vocabulary.groupCount;
  return {
    header: blocks.take(HEADER.length),
    x: take(width),
    cells: take(positions),
    selfProbs: take(headRows * positions),
    crossProbs: take(headRows * sourceCount),
    logits: take(logitStride),
    logitStride,
    bestTokens: take(BEST_COUNT),
    bestLogits: take(BEST_COUNT),
    sums: take(4),
  };
}

function takeWorkspace(
  blocks: HeapBlocks,
  { layers, vocabulary, width }: PackedDecoder,
  rows: number,
): Workspace {
  const take = (count: number): number => blocks.take(rows * count);
  const padded = GROUP * Math.ceil(width / GROUP);
  const widest = GROUP * Math.max(...layers.map(({ rise }) => rise.groupCount));
  return {
    projected: take(3 * padded),
    context: take(padded),
    added: take(padded),
    hidden: take(widest),
    codes: take(vocabulary.inner / 2),
    rowScales: take(1),
    padded,
    widest,
  };
}

/** An address and how many numbers there are from row to row. */
type Rows = readonly [address: number, stride: number];

function product(
  from: Rows,
  { weights, bias, inner, groupCount, scales, isHalf }: PackedProduct,
  to: Rows,
  activation: (typeof ACTIVATIONS)[number] = 'none',
): number[] {
  const code = ACTIVATIONS.indexOf(activation);
  const half = isHalf ? 1 : 0;
  return [PRODUCT, ...from, inner, weights, bias, ...to, groupCount, code, scales, half];
}

/** One layer, in the order of its diagram. */
function layerOperations(
  layer: PackedLayer,
  index: number,
  { keys, values }: SourceAddresses,
  workspace: Workspace & { readonly x: number },
  { width }: PackedDecoder,
  { activation }: StepSize,
): number[][] {
  const { padded, widest, projected } = workspace;
  const x: Rows = [workspace.x, width];
  const context: Rows = [workspace.context, padded];
  const added: Rows = [workspace.added, padded];
  const hidden: Rows = [workspace.hidden, widest];
  const addAndNormalise = ({ scale, shift, epsilon }: PackedNorm): number[] => [
    NORMALISE,
    ...x,
    ...added,
    scale,
    shift,
    bitsOf(epsilon),
  ];
  return [
    product(x, layer.projection, [projected, 3 * padded]),
    [ATTEND_SELF, projected, 3 * padded, padded, index, ...context],
    product(context, layer.selfOutput, added),
    addAndNormalise(layer.selfNorm),
    product(x, layer.crossQuery, [projected, padded]),
    [ATTEND_CROSS, projected, padded, keys, values, index, ...context],
    product(context, layer.crossOutput, added),
    addAndNormalise(layer.crossNorm),
    product(x, layer.rise, hidden, activation),
    product(hidden, layer.fall, added),
    addAndNormalise(layer.feedForwardNorm),
  ];
}

function vocabularyOperations(
  { vocabulary, width }: PackedDecoder,
  {
    x,
    logits,
    logitStride,
    bestTokens,
    bestLogits,
    sums,
  }: Omit<StepBuffers, 'done' | 'operationCount'>,
  { codes, rowScales }: Workspace,
): number[][] {
  const { inner, groupCount, tokenCount, weights, scales, bias } = vocabulary;
  return [
    [QUANTISE, x, width, width, codes, inner, rowScales],
    [VOCABULARY, codes, inner, rowScales, weights, scales, bias, logits, logitStride, groupCount],
    [SUMMARISE, logits, logitStride, tokenCount, bestTokens, bestLogits, BEST_COUNT, sums],
  ];
}

function writeHeader(
  blocks: HeapBlocks,
  { header, operationCount, done, cells, selfProbs, crossProbs }: StepBuffers,
  operations: number,
  { layers, width }: PackedDecoder,
  { positions, sourceCount, headCount }: StepSize,
): void {
  const fields = blocks.integers(header, HEADER.length);
  fields.fill(0);
  fields[HEADER.operationCount] = operationCount;
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
}
