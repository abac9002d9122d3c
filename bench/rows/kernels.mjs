// Matrix products of the models' shapes: our wasm kernels beside tfjs's own.
import { measureKernels } from '../kernels/measure.mjs';

/** @type {import('../row.mjs').RowSource} */
export const kernels = {
  name: 'kernels',
  title: 'Matrix products',
  backends: ['wasm'],
  isInShort: true,
  measure: async ({ executablePath, short }) => {
    const timings = await measureKernels({ executablePath, short });
    return timings.map(({ what, detail, multiplications, heed, tfjs }) => {
      // Two operations a multiplication, one to multiply and one to add.
      const rate = (/** @type {number} */ ms) => (2 * multiplications) / ms / 1e6;
      return {
        what,
        backend: `wasm, ${detail}`,
        unit: 'gflops',
        heed: heed.map(rate),
        against: { name: 'tfjs', samples: tfjs.map(rate) },
        goal: null,
      };
    });
  },
};
