// Greedy decoding with cached keys and values, every attention read out, beside ONNX Runtime Web.
import { compareDecoding } from '../peer/decoding/compare.mjs';
import { ORT } from '../row.mjs';

/** Heed's tokens a second over the peer's. */
const goal = { atLeast: 2.5 };

/** @type {import('../row.mjs').RowSource} */
export const decoding = {
  name: 'decoding',
  title: 'Greedy decoding, every attention read out',
  // On WebGPU's software adapter a single step takes a second.
  backends: ['wasm'],
  isInShort: true,
  measure: async ({ backend, executablePath, short }) => {
    if (backend !== 'wasm') throw new Error(`Decoding is not measured on ${backend}.`);
    const comparisons = await compareDecoding({ executablePath, short, backend });
    return comparisons.map(({ what, backend: detail, heed, ort }) => ({
      what,
      backend: detail,
      unit: 'perSecond',
      heed,
      against: { name: ORT, samples: ort },
      goal,
    }));
  },
};
