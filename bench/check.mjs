// The benchmark's short form for the test command: fails where Heed has fallen behind the peer by more
// than what the machine's noise can explain. One model, one thread, rounds in turns; a bound is
// passed only when every single round is worse than it.
import { findBrowser } from '../scripts/find-browser.mjs';
import { compareWithOrt } from './peer/compare.mjs';
import { prepareEmbedded, prepareStandard } from './peer/models.mjs';
import { ORT, ratioOf } from './row.mjs';
import { rowTable } from './row-table.mjs';

/**
 * Of the times Heed / the peer. With relaxed SIMD both were near 0.6 on an AMD EPYC, where the peer is
 * faster than on most; the rest is room for other processors, and for browsers with plain SIMD alone.
 */
const bound = 0.9;

const comparisons = await compareWithOrt({
  executablePath: await findBrowser(),
  backend: 'wasm',
  models: [prepareEmbedded(), prepareStandard('ViT-Ti/16 at 224')],
  threads: ['one'],
  rounds: 7,
});
/** @type {import('./row.mjs').Row[]} */
const rows = comparisons.map(({ what, backend, heed, ort }) => ({
  what,
  backend,
  unit: 'ms',
  heed,
  against: { name: ORT, samples: ort },
  goal: null,
}));
console.log(rowTable({ title: `Not above ${bound} in every round`, rows }));
for (const row of rows) {
  const ratio = ratioOf(row);
  if (ratio !== null && ratio.min <= bound) continue;
  console.error(`${row.what}: slower than the peer in every round, at best ${ratio?.min} times.`);
  process.exitCode = 1;
}
