// The benchmark's short form for the test command: fails where Heed has fallen behind the peer by more
// than what the machine's noise can explain. Embedded models and ViT-Ti/16, one thread, rounds in
// turns; a bound is passed only when every single round is worse than it.
import { findBrowser } from '../scripts/find-browser.mjs';
import { compareWithOrt } from './peer/compare.mjs';
import { compareDecoding } from './peer/decoding/compare.mjs';
import { prepareEmbedded, prepareStandard } from './peer/models.mjs';
import { ORT, ratioOf } from './row.mjs';
import { rowTable } from './row-table.mjs';

/** @typedef {import('./row.mjs').Row} Row */

const settings = /** @type {const} */ ({
  executablePath: await findBrowser(),
  backend: 'wasm',
  threads: ['one'],
  rounds: 7,
});

/**
 * Heed / the peer. With relaxed SIMD the times were near 0.6 on an AMD EPYC, where the peer is faster
 * than on most, and tokens a second near 2; the rest is room for other processors, and for browsers
 * with plain SIMD alone.
 */
const [mostTime, leastTokens] = [0.9, 1];

/**
 * @param {readonly import('./peer/compare.mjs').Comparison[]} comparisons
 * @param {Row['unit']} unit
 * @returns {Row[]}
 */
function rowsOf(comparisons, unit) {
  return comparisons.map(({ what, backend, heed, ort }) => ({
    what,
    backend,
    unit,
    heed,
    against: { name: ORT, samples: ort },
    goal: null,
  }));
}

/**
 * @param {string} title
 * @param {readonly Row[]} rows
 * @param {(ratio: NonNullable<ReturnType<typeof ratioOf>>) => boolean} isPassed
 */
function judge(title, rows, isPassed) {
  console.log(`${rowTable({ title, rows })}\n`);
  for (const row of rows) {
    const ratio = ratioOf(row);
    if (ratio !== null && isPassed(ratio)) continue;
    console.error(
      `${row.what}: ${ratio?.min} to ${ratio?.max} of the peer's, out of bounds each time.`,
    );
    process.exitCode = 1;
  }
}

const models = [prepareEmbedded(), prepareStandard('ViT-Ti/16 at 224')];
const times = rowsOf(await compareWithOrt({ ...settings, models }), 'ms');
judge(`Not above ${mostTime} in every round`, times, ({ min }) => min <= mostTime);

const rates = rowsOf(await compareDecoding({ ...settings, short: true }), 'perSecond');
judge(`Not below ${leastTokens} in every round`, rates, ({ max }) => max >= leastTokens);
