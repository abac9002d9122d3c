// Matrix products of the models' shapes: our wasm kernels beside tfjs's own, and those of a ViT's block
// beside what the kernel reaches alone. The block's time has its softmax, norms and GELU, too, so that
// the share is the least that its products reach.
import { measureKernels } from '../kernels/measure.mjs';

/** @type {import('../row.mjs').RowSource} */
export const kernels = {
  name: 'kernels',
  title: 'Matrix products',
  backends: ['wasm'],
  isInShort: true,
  measure: async ({ executablePath, short }) => {
    const { products, layers } = await measureKernels({ executablePath, short });
    /** @type {import('../row.mjs').Row[]} */
    const ofLayers = layers.map(({ what, detail, layer, alone }) => ({
      what,
      backend: `wasm, ${detail}`,
      unit: 'gflops',
      heed: layer,
      against: { name: 'the kernel alone', samples: alone },
      goal: { atLeast: 0.85 },
    }));
    /** @type {import('../row.mjs').Row[]} */
    const ofProducts = products.map(({ what, detail, multiplications, heed, tfjs }) => {
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
    return [...ofLayers, ...ofProducts];
  },
};
