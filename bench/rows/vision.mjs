// A ViT's forward pass with every layer's attention read out, beside ONNX Runtime Web.
import { compareWithOrt } from '../peer/compare.mjs';
import { prepareEmbedded, prepareStandards } from '../peer/models.mjs';
import { ORT } from '../row.mjs';

/** Heed's time over the peer's. The small embedded model has no goal of its own. */
const goals = { wasm: { atMost: 0.4, stretch: 0.3 }, webgpu: { atMost: 0.8 } };

/** @type {import('../row.mjs').RowSource} */
export const vision = {
  name: 'vision',
  title: 'Vision Transformers, every layer’s attention read out',
  backends: ['wasm', 'webgpu'],
  isInShort: true,
  measure: async ({ backend, executablePath, short }) => {
    if (backend === 'cpu') throw new Error('The peer has no such backend.');
    const comparisons = await compareWithOrt({
      executablePath,
      backend,
      models: [prepareEmbedded(), ...prepareStandards(short)],
      threads: ['one', 'all'],
      // On a software adapter the peer takes 35 s for a pass of ViT-S/16, and minutes for ViT-B/16.
      ...(backend === 'webgpu' ? { rounds: 3, warmUpCount: 0 } : { rounds: short ? 5 : 11 }),
    });
    return comparisons.map(({ what, backend: detail, heed, ort }) => ({
      what,
      backend: detail,
      unit: 'ms',
      heed,
      against: { name: ORT, samples: ort },
      goal: what.startsWith('ViT') ? goals[backend] : null,
    }));
  },
};
