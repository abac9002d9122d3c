import * as tf from '@tensorflow/tfjs-core';
import { setFlagsFromString } from 'node:v8';
import { beforeAll, describe, expect, it } from 'vitest';

import { useNodeBackend } from '../../../../e2e/harness/node-backends.ts';
import { kernelFile, startNodeKernels } from '../../../../e2e/harness/node-kernels.ts';
import { DecoderSteps, type SteppedRow } from './decoder-steps.ts';
import { SingleThread } from './kernel-runner.ts';
import { multipliesFours } from './multiplies-fours.ts';
import { PackedDecoder } from './packed-decoder.ts';
import { addressOf, heapOf } from './wasm-heap.ts';
import type { WasmKernels } from './wasm-kernels.ts';

let kernels: WasmKernels;

beforeAll(async () => {
  // Newer versions of Node have relaxed SIMD without being asked, and no such flag.
  setFlagsFromString('--experimental-wasm-relaxed-simd');
  // The first compiler of Node 20 is one that `multipliesFours` finds out.
  setFlagsFromString('--no-liftoff');
  await useNodeBackend('wasm');
});

/** The two builds multiply the vocabulary in other ways. */
const BUILDS = ['kernels-simd.wasm', 'kernels-relaxed.wasm'] as const;

function useBuild(file: (typeof BUILDS)[number]): void {
  const installed = startNodeKernels();
  const module = new WebAssembly.Module(kernelFile(file));
  kernels = { ...installed, runner: new SingleThread(module, heapOf(installed.backend)) };
}

/** Numbers about a normal distribution, the same ones each time. */
function createRandom(): (count: number, scale?: number) => Float32Array {
  let seed = 1;
  const uniform = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const normal = (): number => uniform() + uniform() + uniform() + uniform() - 2;
  return (count, scale = 1) => Float32Array.from({ length: count }, () => scale * normal());
}

interface Matrix {
  /** [inner, columns] */
  readonly values: Float32Array;
  readonly columns: number;
  readonly bias: Float32Array;
}

/** In double precision. */
function multiply(x: readonly number[], { values, columns, bias }: Matrix): number[] {
  return Array.from({ length: columns }, (_, column) =>
    x.reduce(
      (sum, own, k) => sum + own * (values[k * columns + column] ?? NaN),
      bias[column] ?? NaN,
    ),
  );
}

function normalise(x: readonly number[], added: readonly number[]): number[] {
  const sum = x.map((value, index) => value + (added[index] ?? NaN));
  const mean = sum.reduce((total, value) => total + value, 0) / sum.length;
  const variance = sum.reduce((total, value) => total + (value - mean) ** 2, 0) / sum.length;
  return sum.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
}

/** One query's head after head; keys and values are vectors of all heads. */
function attend(
  query: readonly number[],
  keys: readonly (readonly number[])[],
  values: readonly (readonly number[])[],
  headSize: number,
): { context: number[]; probs: number[] } {
  const headCount = query.length / headSize;
  const probs: number[] = [];
  for (let head = 0; head < headCount; head += 1) {
    const scores = keys.map((key) => {
      const own = query.slice(head * headSize, (head + 1) * headSize);
      return Math.exp(
        own.reduce((sum, value, at) => sum + value * (key[head * headSize + at] ?? NaN), 0),
      );
    });
    const total = scores.reduce((sum, score) => sum + score, 0);
    probs.push(...scores.map((score) => score / total));
  }
  const context = query.map((_, at) => {
    const head = Math.floor(at / headSize);
    return values.reduce(
      (sum, value, place) =>
        sum + (probs[head * values.length + place] ?? NaN) * (value[at] ?? NaN),
      0,
    );
  });
  return { context, probs };
}

interface Size {
  readonly width: number;
  readonly headCount: number;
  readonly hidden: number;
  readonly tokenCount: number;
  readonly sourceCount: number;
  /** Of the vocabulary's weights: small ones make all tokens about as probable. */
  readonly spread: number;
  readonly isHalf?: boolean;
}

const MATRICES = [
  'query',
  'key',
  'value',
  'output',
  'crossQuery',
  'crossOutput',
  'rise',
  'fall',
] as const;
type Matrices = Record<(typeof MATRICES)[number] | 'vocabulary', Matrix>;

/** To numbers of half precision. */
function halved(values: Float32Array): Float32Array {
  return values.map((value) => Math.round(value * 2048) / 2048);
}

function makeMatrices({ width, hidden, tokenCount, spread, isHalf }: Size): Matrices {
  const random = createRandom();
  const make = (inner: number, columns: number, scale: number): Matrix => {
    const values = random(inner * columns, scale);
    // A column of zeros.
    for (let k = 0; k < inner; k += 1) values[k * columns + columns - 1] = 0;
    return { values: isHalf === true ? halved(values) : values, columns, bias: random(columns) };
  };
  const square = (): Matrix => make(width, width, 1 / Math.sqrt(width));
  return {
    query: square(),
    key: square(),
    value: square(),
    output: square(),
    crossQuery: square(),
    crossOutput: square(),
    rise: make(width, hidden, 1 / Math.sqrt(width)),
    fall: make(hidden, width, 1 / Math.sqrt(hidden)),
    vocabulary: make(width, tokenCount, spread / Math.sqrt(width)),
  };
}

/** The kernel's decoder of one layer, and the same in double precision. */
class Both {
  readonly steps: DecoderSteps;
  readonly #packed: PackedDecoder;
  readonly #tensors: tf.Tensor[] = [];
  readonly #matrices: Matrices;
  readonly #size: Size;
  readonly #sourceKeys: number[][];
  readonly #sourceValues: number[][];
  #pasts: { keys: number[][]; values: number[][] }[] = [{ keys: [], values: [] }];

  constructor(size: Size, change: (matrices: Matrices) => void = () => {}) {
    this.#size = size;
    this.#matrices = makeMatrices(size);
    change(this.#matrices);
    const { query, key, value, output, crossQuery, crossOutput, rise, fall } = this.#matrices;
    const [product, norm] = [this.#product.bind(this), this.#norm(size.width)];
    this.#packed = new PackedDecoder(kernels, {
      layers: [
        {
          self: {
            query: product(query),
            key: product(key),
            value: product(value),
            output: product(output),
            norm,
          },
          cross: { query: product(crossQuery), output: product(crossOutput), norm },
          feedForward: { rise: product(rise), fall: product(fall), norm },
        },
      ],
      output: product(this.#matrices.vocabulary),
    });
    const random = createRandom();
    const vectors = (): number[][] =>
      Array.from({ length: size.sourceCount }, () => [...random(size.width)]);
    [this.#sourceKeys, this.#sourceValues] = [vectors(), vectors()];
    this.steps = new DecoderSteps(this.#packed, {
      layers: [{ keys: this.#byHead(this.#sourceKeys), values: this.#byHead(this.#sourceValues) }],
      tokenCount: size.sourceCount,
      headCount: size.headCount,
      activation: 'relu',
    });
  }

  step(states: readonly (readonly number[])[]): {
    rows: SteppedRow[];
    expected: { logits: number[]; self: number[]; cross: number[] }[];
  } {
    const rows = this.steps.step(Float32Array.from(states.flat()));
    return { rows, expected: states.map((state, row) => this.#expected(state, row)) };
  }

  reorder(parents: readonly number[]): void {
    this.steps.reorder(parents);
    this.#pasts = parents.map((parent) => {
      const { keys = [], values = [] } = this.#pasts[parent] ?? {};
      return { keys: [...keys], values: [...values] };
    });
  }

  dispose(): void {
    this.steps.dispose();
    this.#packed.dispose();
    tf.dispose(this.#tensors);
  }

  #expected(
    state: readonly number[],
    row: number,
  ): { logits: number[]; self: number[]; cross: number[] } {
    const m = this.#matrices;
    const headSize = this.#size.width / this.#size.headCount;
    const { keys = [], values = [] } = this.#pasts[row] ?? {};
    keys.push(multiply(state, m.key));
    values.push(multiply(state, m.value));
    const self = attend(multiply(state, m.query), keys, values, headSize);
    const afterSelf = normalise(state, multiply(self.context, m.output));
    const query = multiply(afterSelf, m.crossQuery);
    const cross = attend(query, this.#sourceKeys, this.#sourceValues, headSize);
    const afterCross = normalise(afterSelf, multiply(cross.context, m.crossOutput));
    const hidden = multiply(afterCross, m.rise).map((value) => Math.max(0, value));
    const last = normalise(afterCross, multiply(hidden, m.fall));
    return { logits: multiply(last, m.vocabulary), self: self.probs, cross: cross.probs };
  }

  #product({ values, columns, bias }: Matrix): { weight: tf.Tensor2D; bias: tf.Tensor1D } {
    const weight = tf.tensor2d(values, [values.length / columns, columns]);
    const own = tf.tensor1d(bias);
    this.#tensors.push(weight, own);
    return { weight, bias: own };
  }

  #norm(width: number): { scale: tf.Tensor1D; shift: tf.Tensor1D; epsilon: number } {
    const [scale, shift] = [tf.ones<tf.Rank.R1>([width]), tf.zeros<tf.Rank.R1>([width])];
    this.#tensors.push(scale, shift);
    return { scale, shift, epsilon: 1e-5 };
  }

  /** [head, source token, size] */
  #byHead(vectors: readonly (readonly number[])[]): number {
    const { width, headCount } = this.#size;
    const size = width / headCount;
    const values = Array.from({ length: headCount }, (_, head) =>
      vectors.flatMap((vector) => vector.slice(head * size, (head + 1) * size)),
    );
    const tensor = tf.tensor1d(values.flat());
    this.#tensors.push(tensor);
    return addressOf(kernels.backend, tensor);
  }
}

function expectClose(
  actual: ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
): void {
  expect(actual.length).toBe(expected.length);
  const gaps = expected.map((value, index) => Math.abs((actual[index] ?? NaN) - value));
  expect(Math.max(...gaps)).toBeLessThan(tolerance);
}

function expectStep(both: Both, states: readonly (readonly number[])[]): void {
  const { rows, expected } = both.step(states);
  const all = both.steps.logits();
  const { tokenCount } = both.steps;
  for (const [row, { logits, self, cross }] of expected.entries()) {
    const found = rows[row];
    if (found === undefined) throw new Error(`row ${row} is missing`);
    expectClose(found.selfProbs, self, 1e-5);
    expectClose(found.crossProbs, cross, 1e-5);
    const largest = Math.max(...logits.map(Math.abs));
    const tolerance = 1e-4 * largest;
    expectClose(all.subarray(row * tokenCount, (row + 1) * tokenCount), logits, tolerance);
    const sorted = logits.toSorted((a, b) => b - a).slice(0, Math.min(24, tokenCount));
    expectClose(found.bestLogits, sorted, tolerance);
    expectClose(
      found.best.map((token) => logits[token] ?? NaN),
      sorted,
      tolerance,
    );
    expect(new Set(found.best).size).toBe(sorted.length);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    expect(Math.abs(found.normaliser - Math.log(sum))).toBeLessThan(1e-3);
  }
}

const SMALL = { width: 36, headCount: 3, hidden: 50, tokenCount: 1003, sourceCount: 5, spread: 1 };

const SIZES: readonly [string, Size][] = [
  ['odd sizes', SMALL],
  ['heads of ten, few tokens', { ...SMALL, width: 30, tokenCount: 7 }],
  ['all tokens about as probable', { ...SMALL, spread: 0.02, tokenCount: 3000 }],
  ['few probable tokens', { ...SMALL, spread: 8, tokenCount: 3000 }],
  ['weights of half precision', { ...SMALL, isHalf: true }],
  // More along the inner dimension than is added up in integers.
  ['a wide one', { ...SMALL, width: 528, headCount: 4, hidden: 8, tokenCount: 90 }],
];

describe.each(BUILDS)('a decoder’s steps: %s', (file) => {
  beforeAll(() => useBuild(file));

  it.each(SIZES)('are those in double precision: %s', (_, size) => {
    const both = new Both(size);
    const random = createRandom();
    const states = (count: number): number[][] =>
      Array.from({ length: count }, () => [...random(size.width)]);
    expectStep(both, states(1));
    for (const count of [2, 3, 4, 5, 6]) {
      both.reorder(Array.from({ length: count }, (_row, row) => row % Math.max(1, count - 1)));
      expectStep(both, states(count));
    }
    both.dispose();
  });

  it('tell that a state is no number', () => {
    for (const wrong of [NaN, Infinity]) {
      const both = new Both(SMALL);
      const [row] = both.step([[...createRandom()(SMALL.width - 1), wrong]]).rows;
      expect(row?.best).toEqual([]);
      expect(row?.normaliser).toBeNaN();
      expect(both.steps.logits().every(Number.isNaN)).toBe(true);
      both.dispose();
    }
  });

  it.each(MATRICES)('tell that a weight is no number: %s', (name) => {
    const both = new Both(SMALL, (matrices) => matrices[name].values.fill(NaN, 3, 4));
    const [row] = both.step([[...createRandom()(SMALL.width)]]).rows;
    expect(row?.normaliser).toBeNaN();
    expect(row?.best).toEqual([]);
    both.dispose();
  });

  it.each([NaN, Infinity])('choose no token whose weights have %s', (wrong) => {
    const both = new Both(SMALL, ({ vocabulary }) => vocabulary.values.fill(wrong, 3, 4));
    const [row] = both.step([[...createRandom()(SMALL.width)]]).rows;
    expect(row?.normaliser).toBeNaN();
    expect(row?.best).toHaveLength(24);
    expect(row?.best).not.toContain(3);
    expect(both.steps.logits().filter((logit) => Number.isNaN(logit))).toHaveLength(1);
    both.dispose();
  });

  it('multiply fours where there is relaxed SIMD', () => {
    const heap = heapOf(kernels.backend);
    expect(multipliesFours(heap, kernels.runner)).toBe(file === 'kernels-relaxed.wasm');
  });

  it('have no logits before the first', () => {
    const both = new Both(SMALL);
    expect(() => both.steps.logits()).toThrow('no step was done');
    both.dispose();
  });
});
