/** Attention weights: softmax(queries · keysᵀ), group by group, in one pass over the keys. */
import type { TensorInfo } from '@tensorflow/tfjs-core';

import type { Place } from './product.ts';
import { type KernelContext, repeat, runProgram } from './program.ts';
import { planRows } from './row-reduction.ts';

export interface Scores {
  /** Heads, or beams and heads. */
  readonly groupCount: number;
  readonly queryCount: number;
  readonly keyCount: number;
  /** How many keys, from the first, a query sees; the others' weights are 0. */
  readonly seenCount: number;
  readonly size: number;
  /** [query, size] of each group, scaled. */
  readonly queries: Place;
  /** [key, size] */
  readonly keys: Place;
  /** Of the weights, [group, query, key] without gaps. */
  readonly shape: number[];
}

/** Keys at a time, so that a query's numbers are read once for all of them. */
const KEYS = 4;
/** Queries at a time, as the components of a vector. */
const QUERIES = 4;

export function attentionWeights({ backend, teamwork }: KernelContext, scores: Scores): TensorInfo {
  const { groupCount, queryCount, keyCount, seenCount, size, queries, keys } = scores;
  const wide = [size, ...stridesOf(queries), ...stridesOf(keys)].every((value) => value % 4 === 0);
  const isSingle = queryCount === 1;
  const own = isSingle ? 1 : QUERIES;
  const blockCount = Math.ceil(queryCount / own);
  const plan = planRows(teamwork, groupCount * blockCount, isSingle ? 'f32' : 'vec4<f32>');
  const rows = isSingle ? 'f32' : 'vec4<f32>';
  const each = (line: (query: number) => string): string =>
    isSingle ? line(0) : `vec4<f32>(${[0, 1, 2, 3].map(line).join(', ')})`;
  const load = (row: number): string =>
    isSingle ? 'result[row0 + key]' : `result[row${row} + key]`;
  const store = (value: string): string =>
    isSingle
      ? `result[row0 + key] = ${value};`
      : // The last block's spare queries are the last query once more.
        repeat(own, (query) => `result[row${query} + key] = ${value}[${query}];`);
  const dots = `
          ${repeat(KEYS, (key) => `var score${key} = ${rows}(0.0);`)}
          ${repeat(KEYS, (key) => `let key${key} = fromKeys + min(key + ${key} * LANES, uniforms.seen - 1) * uniforms.keyRow;`)}
          for (var at = 0; at < uniforms.size; at = at + ${wide ? 4 : 1}) {
            ${repeat(own, (query) => `let query${query} = ${read('queries', `query${query}At`, wide)};`)}
            ${repeat(
              KEYS,
              (key) => `{
              let value = ${read('keys', `key${key}`, wide)};
              score${key} = score${key} + ${each((query) => product(`query${query}`, 'value', wide))};
            }`,
            )}
          }`;
  return runProgram(backend, {
    name: `heedAttention ${teamwork} ${wide} ${isSingle}`,
    inputs: [
      { name: 'queries', tensor: queries.tensor, wide },
      { name: 'keys', tensor: keys.tensor, wide },
    ],
    output: { shape: scores.shape, wide: false },
    integers: {
      units: groupCount * blockCount,
      blocks: blockCount,
      queries: queryCount,
      keys: keyCount,
      seen: seenCount,
      size,
      queryStart: queries.start,
      queryRow: queries.rowStride,
      queryGroup: queries.batchStride,
      keyStart: keys.start,
      keyRow: keys.rowStride,
      keyGroup: keys.batchStride,
    },
    workgroupSize: plan.workgroupSize,
    workgroups: plan.workgroups,
    code: `
      ${plan.declarations}
      fn main() {
        ${plan.begin}
        let group = unit / uniforms.blocks;
        let first = (unit % uniforms.blocks) * ${own};
        let fromKeys = uniforms.keyStart + group * uniforms.keyGroup;
        let fromQueries = uniforms.queryStart + group * uniforms.queryGroup;
        ${repeat(
          own,
          (query) => `
        let place${query} = min(first + ${query}, uniforms.queries - 1);
        let query${query}At = fromQueries + place${query} * uniforms.queryRow;
        let row${query} = (group * uniforms.queries + place${query}) * uniforms.keys;`,
        )}
        var largest = Rows(-3.0e38);
        for (var start = lane; start < uniforms.seen; start = start + ${KEYS} * LANES) {
          let key = start;
          ${dots}
          ${repeat(
            KEYS,
            (part) => `
          if (start + ${part} * LANES < uniforms.seen) {
            let key = start + ${part} * LANES;
            ${store(`score${part}`)}
            largest = max(largest, score${part});
          }`,
          )}
        }
        largest = reduceMax(largest);
        var sum = Rows(0.0);
        for (var key = lane; key < uniforms.seen; key = key + LANES) {
          let weight = exp(${each(load)} - largest);
          ${store('weight')}
          sum = sum + weight;
        }
        let inverse = Rows(1.0) / reduceSum(sum);
        for (var key = lane; key < uniforms.seen; key = key + LANES) {
          let weight = ${each(load)} * inverse;
          ${store('weight')}
        }
        for (var key = uniforms.seen + lane; key < uniforms.keys; key = key + LANES) {
          ${store('Rows(0.0)')}
        }
      }`,
  });
}

function stridesOf({ start, rowStride, batchStride }: Place): number[] {
  return [start, rowStride, batchStride];
}

function read(buffer: string, from: string, wide: boolean): string {
  return wide ? `${buffer}[(${from} + at) / 4]` : `${buffer}[${from} + at]`;
}

function product(a: string, b: string, wide: boolean): string {
  return wide ? `dot(${a}, ${b})` : `${a} * ${b}`;
}
