/** Runs a decoder step by step on wasm, one call a step, with cached keys and values. */
import {
  BEST_COUNT,
  CLAIM_STRIDE,
  HEADER,
  type SourceAddresses,
  type StepBuffers,
  writeProgram,
} from './decoder-program.ts';
import type { TranslatorActivation } from './translator-activation.ts';
import { CellPool } from './cell-pool.ts';
import { HeapBlocks } from './heap-blocks.ts';
import type { PackedDecoder } from './packed-decoder.ts';
import { heapOf } from './wasm-heap.ts';

/** A page's own thread may not; Heed computes in a worker, but tests of the engine in a page. */
const MAY_SLEEP = 'WorkerGlobalScope' in globalThis;

/** Places for positions grow by so many at once. */
const POSITION_STEP = 64;

/** What a decoder reads its source from, and what it is made of beside its weights. */
export interface DecoderSource {
  /** One for each layer; they must live as long. */
  readonly layers: readonly SourceAddresses[];
  readonly tokenCount: number;
  readonly headCount: number;
  readonly activation: TranslatorActivation;
}

/** One beam's view after a step. */
export interface SteppedRow {
  /** The last layer's state, [width]. On the heap: valid until the next step. */
  readonly state: Float32Array;
  /** Logarithm of the sum of the exponentials of the logits; off by less than 1e-3. */
  readonly normaliser: number;
  /** Tokens with the largest logits, largest first, of equals the smaller one. */
  readonly best: readonly number[];
  /** Their logits, off by about 1e-5 of the largest. On the heap, too. */
  readonly bestLogits: Float32Array;
  /** [layer, head, position read] */
  readonly selfProbs: Float32Array;
  /** [layer, head, source token] */
  readonly crossProbs: Float32Array;
}

export class DecoderSteps {
  readonly #decoder: PackedDecoder;
  readonly #source: DecoderSource;
  readonly #pool: CellPool;
  readonly #blocks: HeapBlocks;
  #buffers: StepBuffers | null = null;
  #rowPlaces = 0;
  #positionPlaces = 0;
  /** For each row, the cells of what it has read. */
  #rows: readonly (readonly number[])[] = [[]];

  constructor(decoder: PackedDecoder, source: DecoderSource) {
    this.#decoder = decoder;
    this.#source = source;
    const heap = heapOf(decoder.kernels.backend);
    this.#blocks = new HeapBlocks(heap);
    this.#pool = new CellPool(heap, 2 * decoder.width * decoder.layers.length);
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  get tokenCount(): number {
    return this.#decoder.vocabulary.tokenCount;
  }

  /** How many positions have been read. */
  get position(): number {
    return this.#rows[0]?.length ?? 0;
  }

  /**
   * Reads one token more for each row.
   * @param states [row, width]: tokens embedded
   * @throws RangeError if the memory is full
   */
  step(states: Float32Array): SteppedRow[] {
    const { kernels, threads, work } = this.#decoder;
    this.#rows = this.#rows.map((cells) => [...cells, this.#pool.take()]);
    const [rowCount, readCount] = [this.rowCount, this.position];
    const buffers = this.#buffersFor(rowCount, readCount);
    this.#blocks.floats(buffers.x, states.length).set(states);
    const places = this.#positionPlaces;
    const cells = this.#blocks.integers(buffers.cells, rowCount * places);
    for (const [row, own] of this.#rows.entries()) cells.set(own, row * places);
    const header = this.#blocks.integers(buffers.header, HEADER.length);
    header[HEADER.rowCount] = rowCount;
    const threadCount = threads.next();
    header[HEADER.threadCount] = threadCount;
    header[HEADER.maySleep] = MAY_SLEEP ? 1 : 0;
    header[HEADER.readCount] = readCount;
    header[HEADER.current] = 0;
    header[HEADER.arrived] = 0;
    this.#blocks.integers(buffers.done, buffers.operationCount).fill(0);
    this.#blocks.integers(buffers.claims, CLAIM_STRIDE * kernels.runner.threadCount).fill(0);
    const begin = performance.now();
    kernels.runner.run('decoder_step', threadCount, rowCount * work, [buffers.header]);
    threads.record((performance.now() - begin) / rowCount);
    return Array.from({ length: rowCount }, (_, row) => this.#read(buffers, row, readCount));
  }

  /**
   * All logits of the last step, [row, token], off by about 1e-5 of the largest: a step by itself
   * computes no more of them than it has to.
   * @throws RangeError before the first step
   */
  logits(): Float32Array {
    const buffers = this.#buffers;
    if (buffers === null) throw new RangeError('no step was done');
    const { kernels, vocabulary } = this.#decoder;
    const { groupCount, tokenCount, work } = vocabulary;
    const args = [buffers.vocabulary, this.rowCount];
    kernels.runner.run('decoder_logits', groupCount, this.rowCount * work, args);
    const all = new Float32Array(this.rowCount * tokenCount);
    for (let row = 0; row < this.rowCount; row += 1) {
      const address = buffers.logits + 4 * row * buffers.logitStride;
      all.set(this.#blocks.floats(address, tokenCount), row * tokenCount);
    }
    return all;
  }

  /** From here on, row i goes on from what was row `parents[i]`. Nothing is copied but addresses. */
  reorder(parents: readonly number[]): void {
    const before = this.#rows;
    this.#rows = parents.map((parent) => {
      const cells = before[parent];
      if (cells === undefined) throw new RangeError(`no row ${parent} of ${before.length}`);
      return cells;
    });
    this.#pool.giveBack(before, this.#rows);
  }

  dispose(): void {
    this.#blocks.free();
    this.#pool.dispose();
    this.#rows = [];
  }

  #buffersFor(rowCount: number, readCount: number): StepBuffers {
    if (this.#buffers !== null && rowCount <= this.#rowPlaces && readCount <= this.#positionPlaces)
      return this.#buffers;
    this.#blocks.free();
    this.#buffers = null;
    this.#rowPlaces = Math.max(rowCount, this.#rowPlaces);
    this.#positionPlaces = POSITION_STEP * Math.ceil(readCount / POSITION_STEP);
    const { layers, tokenCount, headCount, activation } = this.#source;
    this.#buffers = writeProgram(this.#blocks, this.#decoder, layers, {
      rows: this.#rowPlaces,
      positions: this.#positionPlaces,
      sourceCount: tokenCount,
      headCount,
      activation,
    });
    return this.#buffers;
  }

  #read(buffers: StepBuffers, row: number, readCount: number): SteppedRow {
    const { layers, width, vocabulary } = this.#decoder;
    const { headCount, tokenCount } = this.#source;
    const headRows = layers.length * headCount;
    const floats = (address: number, stride: number, count: number): Float32Array =>
      this.#blocks.floats(address + 4 * row * stride, count);
    const found = this.#blocks.integers(buffers.bestTokens + 4 * row * BEST_COUNT, BEST_COUNT);
    const none = found.subarray(0, vocabulary.tokenCount).indexOf(-1);
    const count = none < 0 ? Math.min(BEST_COUNT, vocabulary.tokenCount) : none;
    const [largest = NaN, sum = NaN] = this.#blocks.doubles(buffers.sums + 16 * row, 2);
    return {
      state: floats(buffers.x, width, width),
      normaliser: largest + Math.log(sum),
      best: Array.from(found.subarray(0, count)),
      bestLogits: floats(buffers.bestLogits, BEST_COUNT, count),
      selfProbs: floats(buffers.selfProbs, headRows * readCount, headRows * readCount).slice(),
      crossProbs: floats(buffers.crossProbs, headRows * tokenCount, headRows * tokenCount).slice(),
    };
  }
}
