/** A decoder's step as the list of operations that `source/decoder-step.c` works off. */
import type { HeapBlocks } from './heap-blocks.ts';
import type { PackedDecoder, PackedLayer, PackedNorm } from './packed-decoder.ts';
import { GROUP, type PackedProduct } from './packed-product.ts';
import { TOKENS } from './packed-vocabulary.ts';
import { bitsOf } from './row-kernels.ts';
import { ACTIVATIONS, type TranslatorActivation } from './translator-activation.ts';

/** Integers of an operation: `OPERATION_LENGTH`, and the place of the first about what comes after. */
const OPERATION_LENGTH = 28;
const AFTER_PLACE = 13;
const ACTIVE_PLACE = 23;

/** Their kinds, and what comes after them, in the order of `decoder-step.h`. */
const KINDS = [
  'product',
  'active-product',
  'attend-self',
  'attend-cross',
  'vocabulary',
  'summarise',
] as const;
const AFTER = ['nothing', 'normalise', 'normalise-last', 'gather'] as const;

/** Best tokens that are told of each row: more than any search asks for. */
export const BEST_COUNT = 24;

/** Integers from one thread's claims to the next's, as in `decoder-step.c`. */
export const CLAIM_STRIDE = 32;

/** As in `decoder-summary.c`. */
const LISTED = 64;

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
  /** What threads have claimed: zeros at the start of a step. */
  readonly claims: number;
  /** The operation that makes the logits. */
  readonly vocabulary: number;
  /** In: states of the tokens read, [row, width]; afterwards the last layer's. */
  readonly x: number;
  /** In: addresses of cells, [row, position]. */
  readonly cells: number;
  /** Out, each [row, …]. */
  readonly selfProbs: number;
  readonly crossProbs: number;
  /** Exact where a token may be among the best or is probable, else of the weights' upper parts. */
  readonly logits: number;
  readonly logitStride: number;
  readonly bestTokens: number;
  readonly bestLogits: number;
  /** A number and the sum of the exponentials of all logits less that, doubles. */
  readonly sums: number;
}

type Places = Omit<StepBuffers, 'claims' | 'done' | 'operationCount' | 'vocabulary'>;

export interface StepSize {
  readonly rows: number;
  /** Positions that there is place for. */
  readonly positions: number;
  readonly sourceCount: number;
  readonly headCount: number;
  readonly activation: TranslatorActivation;
}

/** Places of the header that change from step to step; see `decoder-step.h`. */
export const HEADER = {
  rowCount: 0,
  threadCount: 1,
  readCount: 2,
  current: 3,
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
  arrived: 18,
  claims: 19,
  length: 20,
} as const;

/** An address and how many numbers there are from row to row. */
type Rows = readonly [address: number, stride: number];

/** Where operations put what is theirs alone. */
interface Workspace {
  readonly x: Rows;
  readonly projected: Rows;
  readonly context: Rows;
  readonly added: Rows;
  readonly hidden: Rows;
  /** Where the numbers of `hidden` stood that are not 0, and how many there are of each row. */
  readonly active: readonly [places: number, counts: number];
  /** The last states as integers, as the vocabulary's product reads them: whole, and in two parts. */
  readonly codes: Rows;
  /** Of each row what its integers are multiplied by, and what else is known of them. */
  readonly rowScales: number;
  /** What the summary lists. */
  readonly listed: number;
  /** Numbers of a row of states, padded to whole groups. */
  readonly padded: number;
}

/** One operation, before it is written. */
interface Operation {
  readonly kind: (typeof KINDS)[number];
  readonly numbers: readonly number[];
  readonly after?: (typeof AFTER)[number];
  readonly afterNumbers?: readonly number[];
  readonly active?: readonly number[];
}

/** Writes the operations and takes place for what they work on. */
export function writeProgram(
  blocks: HeapBlocks,
  decoder: PackedDecoder,
  source: readonly SourceAddresses[],
  size: StepSize,
): StepBuffers {
  const places = takePlaces(blocks, decoder, size);
  const workspace = takeWorkspace(blocks, decoder, size.rows, places.x);
  const list = listOperations(decoder, source, places, workspace, size);
  const operations = blocks.take(OPERATION_LENGTH * list.length);
  const written = blocks.integers(operations, OPERATION_LENGTH * list.length);
  written.fill(0);
  for (const [index, operation] of list.entries()) {
    const { kind, numbers, after = 'nothing', afterNumbers = [], active = [] } = operation;
    const at = OPERATION_LENGTH * index;
    written.set([KINDS.indexOf(kind), AFTER.indexOf(after), ...numbers], at);
    written.set(afterNumbers, at + AFTER_PLACE);
    written.set(active, at + ACTIVE_PLACE);
  }
  const buffers = {
    ...places,
    done: blocks.take(list.length),
    claims: blocks.takeLines(CLAIM_STRIDE * decoder.kernels.runner.threadCount).start,
    operationCount: list.length,
    vocabulary:
      operations + 4 * OPERATION_LENGTH * list.findIndex(({ kind }) => kind === 'vocabulary'),
  };
  writeHeader(blocks, buffers, operations, decoder, size);
  return buffers;
}

function takePlaces(
  blocks: HeapBlocks,
  { layers, vocabulary, width }: PackedDecoder,
  { rows, positions, sourceCount, headCount }: StepSize,
): Places {
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
  x: number,
): Workspace {
  const padded = GROUP * Math.ceil(width / GROUP);
  const widest = GROUP * Math.max(...layers.map(({ rise }) => rise.groupCount));
  const floats = (stride: number): Rows => [blocks.take(rows * stride), stride];
  return {
    x: [x, width],
    projected: floats(3 * padded),
    context: floats(padded),
    added: floats(padded),
    hidden: floats(widest),
    active: [blocks.take(rows * widest), blocks.take(rows)],
    codes: [blocks.take(rows * vocabulary.inner), 2 * vocabulary.inner],
    rowScales: blocks.take(4 * rows),
    listed: blocks.take(3 * LISTED * rows),
    padded,
  };
}

function listOperations(
  decoder: PackedDecoder,
  source: readonly SourceAddresses[],
  places: Places,
  workspace: Workspace,
  { activation }: StepSize,
): Operation[] {
  const { layers } = decoder;
  return [
    ...layers.flatMap((layer, index) => {
      const across = source[index];
      if (across === undefined) throw new RangeError(`no layer ${index}`);
      const isLast = index === layers.length - 1;
      return layerOperations(layer, index, isLast, across, workspace, activation);
    }),
    ...vocabularyOperations(decoder, places, workspace),
  ];
}

function product(
  from: Rows,
  { weights, bias, inner, groupCount, scales, isHalf }: PackedProduct,
  to: Rows,
  activation: (typeof ACTIVATIONS)[number] = 'none',
): Operation {
  const code = ACTIVATIONS.indexOf(activation);
  const half = isHalf ? 1 : 0;
  return {
    kind: 'product',
    numbers: [...from, inner, weights, bias, ...to, groupCount, code, scales, half],
  };
}

/** One layer, in the order of its diagram. */
function layerOperations(
  layer: PackedLayer,
  index: number,
  isLast: boolean,
  { keys, values }: SourceAddresses,
  { x, projected, context, added, hidden, active, codes, rowScales, padded }: Workspace,
  activation: TranslatorActivation,
): Operation[] {
  const normalise = ({
    scale,
    shift,
    epsilon,
  }: PackedNorm): Pick<Operation, 'after' | 'afterNumbers'> => ({
    after: 'normalise',
    afterNumbers: [...x, ...added, scale, shift, bitsOf(epsilon), ...codes, rowScales],
  });
  // A rectifier leaves few numbers, and only these are multiplied.
  const rectifies = activation === 'relu';
  return [
    product(x, layer.projection, projected),
    { kind: 'attend-self', numbers: [...projected, padded, index, ...context] },
    { ...product(context, layer.selfOutput, added), ...normalise(layer.selfNorm) },
    product(x, layer.crossQuery, projected),
    { kind: 'attend-cross', numbers: [...projected, keys, values, index, ...context] },
    { ...product(context, layer.crossOutput, added), ...normalise(layer.crossNorm) },
    {
      ...product(x, layer.rise, hidden, activation),
      ...(rectifies ? { after: 'gather', afterNumbers: hidden, active } : {}),
    },
    {
      ...product(hidden, layer.fall, added),
      ...(rectifies ? { kind: 'active-product', active } : {}),
      ...normalise(layer.feedForwardNorm),
      ...(isLast ? { after: 'normalise-last' } : {}),
    },
  ];
}

function vocabularyOperations(
  { vocabulary }: PackedDecoder,
  { logits, logitStride, bestTokens, bestLogits, sums }: Places,
  { codes, rowScales, listed }: Workspace,
): Operation[] {
  const { groupCount, tokenCount, upper, lower, scales, lengths, bias, together } = vocabulary;
  const weights = [upper, scales, bias, logits, groupCount, logitStride, lower, lengths, together];
  return [
    { kind: 'vocabulary', numbers: [...codes, rowScales, ...weights] },
    { kind: 'summarise', numbers: [tokenCount, bestTokens, bestLogits, BEST_COUNT, sums, listed] },
  ];
}

function writeHeader(
  blocks: HeapBlocks,
  { header, operationCount, done, claims, cells, selfProbs, crossProbs }: StepBuffers,
  operations: number,
  { layers, width }: PackedDecoder,
  { positions, sourceCount, headCount }: StepSize,
): void {
  const fields = blocks.integers(header, HEADER.length);
  fields.fill(0);
  fields[HEADER.operationCount] = operationCount;
  fields[HEADER.operations] = operations;
  fields[HEADER.done] = done;
  fields[HEADER.claims] = claims;
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
