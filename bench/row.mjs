// A row of the benchmark: Heed beside a peer or a limit, measured in the same run, in turns.
import { summarise } from './statistics.mjs';

/**
 * How figures are written: milliseconds, microseconds, numbers a second, GFLOP/s, bytes, or bare.
 * @typedef {'ms' | 'perSecond' | 'gflops' | 'bytes' | 'count'} Unit
 */

/** @typedef {'cpu' | 'wasm' | 'webgpu'} BackendName */

/**
 * What Heed stands beside.
 * @typedef {object} Against
 * @property {string} name `ONNX Runtime Web`, or the limit's or peer's name
 * @property {number[]} samples as many as Heed's, each measured beside the one of the same place; or
 *   a single figure that does not vary
 */

/**
 * For the ratio of the middles, Heed / the other.
 * @typedef {{ readonly atMost: number, readonly stretch?: number }
 *   | { readonly atLeast: number }} Goal
 */

/**
 * @typedef {object} Row
 * @property {string} what as the table names it: `ViT-Ti/16 at 224`
 * @property {string} backend with the threads or the adapter: `wasm, 2 threads`
 * @property {Unit} unit
 * @property {number[]} heed one figure a round
 * @property {Against | null} against null where the other died of it; `note` says so
 * @property {Goal | null} goal
 * @property {string} [note] stands beside the ratio: where the peer dies, a fitted exponent
 */

/** The peer's name wherever it is meant: rows beside it make the table of the issue. */
export const ORT = 'ONNX Runtime Web';

/**
 * @typedef {object} RowBench
 * @property {BackendName} backend one of the source's own
 * @property {string} executablePath of the browser
 * @property {boolean} short fewer rounds, smaller models
 * @property {string} address of Heed's production build, with a slash at its end
 * @property {string} outDir where that build lies
 */

/**
 * A file of `rows`, and a line in `rows/all.mjs`.
 * @typedef {object} RowSource
 * @property {string} name for `--only`
 * @property {string} title of its table
 * @property {readonly BackendName[]} backends that it can be measured on
 * @property {boolean} isInShort whether `--short` runs it when nothing is named by `--only`
 * @property {(bench: RowBench) => Promise<Row[]>} measure
 */

/**
 * Measures two things in turns, A B A B, so that what disturbs the machine disturbs both.
 * @param {object} options
 * @param {number} options.rounds that count
 * @param {number} [options.warmUpCount] rounds before them
 * @param {() => Promise<number>} options.heed one figure
 * @param {() => Promise<number>} options.other
 * @returns {Promise<{ heed: number[], other: number[] }>}
 */
export async function inTurns({ rounds, warmUpCount = 2, heed, other }) {
  /** @type {{ heed: number[], other: number[] }} */
  const samples = { heed: [], other: [] };
  for (let round = -warmUpCount; round < rounds; round += 1) {
    const [a, b] = [await heed(), await other()];
    if (round < 0) continue;
    samples.heed.push(a);
    samples.other.push(b);
  }
  return samples;
}

/**
 * The ratio of the middles, with the least and the most of the rounds' own ratios.
 * @param {Row} row
 */
export function ratioOf({ heed, against }) {
  if (against === null) return null;
  const { samples } = against;
  const rounds = heed.map((value, round) => value / (samples[round] ?? samples[0] ?? Number.NaN));
  return {
    middle: summarise(heed).p50 / summarise(samples).p50,
    min: Math.min(...rounds),
    max: Math.max(...rounds),
  };
}

/**
 * @param {Goal} goal
 * @param {number} ratio
 */
export function isMet(goal, ratio) {
  return 'atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast;
}
