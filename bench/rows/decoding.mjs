// Greedy decoding with cached keys and values, every attention read out, beside ONNX Runtime Web.
import { compareDecoding } from '../peer/decoding/compare.mjs';
import { ORT } from '../row.mjs';

/** Heed's tokens a second over the peer's. On WebGPU there is none. */
const goals = { wasm: { atLeast: 2.5 }, webgpu: null };

/** @type {import('../row.mjs').RowSource} */
export const decoding = {
  name: 'decoding',
  title: 'Greedy decoding, every attention read out',
  backends: ['wasm', 'webgpu'],
  isInShort: true,
  measure: async ({ backend, executablePath, short }) => {
    if (backend === 'cpu') throw new Error('The peer has no such backend.');
    const comparisons = await compareDecoding({ executablePath, short, backend });
    return comparisons.map(({ what, backend: detail, heed, ort }) => ({
      what,
      backend: detail,
      unit: 'perSecond',
      heed,
      against: { name: ORT, samples: ort },
      goal: goals[backend],
    }));
  },
};
