// From page load to the first map, nothing cached.
import { availableParallelism } from 'node:os';
import { measureColdStart } from '../cold-start/measure.mjs';
import { ORT } from '../row.mjs';

/** @type {import('../row.mjs').RowSource} */
export const coldStart = {
  name: 'cold-start',
  title: 'Cold start',
  backends: ['wasm'],
  isInShort: true,
  measure: async ({ executablePath, address, short }) => {
    const { heed, ort, longestTaskMs } = await measureColdStart({
      executablePath,
      address,
      rounds: short ? 3 : 9,
    });
    const threadCount = availableParallelism();
    return [
      {
        what: 'cold start, page load to first map',
        backend: `wasm, ${threadCount} ${threadCount === 1 ? 'thread' : 'threads'}`,
        unit: 'ms',
        heed,
        against: { name: ORT, samples: ort },
        goal: { atMost: 0.7 },
        note: longestTaskMs === 0 ? 'no long task' : `longest task ${longestTaskMs.toFixed(0)} ms`,
      },
    ];
  },
};
