// What a ViT's forward pass asks of the GPU, beside ONNX Runtime Web, each by itself.
import { measureCost } from '../cost/measure.mjs';
import { prepareEmbedded, prepareStandard } from '../peer/models.mjs';
import { ORT } from '../row.mjs';

/** @type {import('../row.mjs').RowSource} */
export const dispatches = {
  name: 'dispatches',
  title: 'Calls of a forward pass to the GPU, every layer’s attention read out',
  backends: ['webgpu'],
  isInShort: false,
  measure: async ({ backend, executablePath }) => {
    if (backend !== 'webgpu') throw new Error(`Nothing is dispatched on ${backend}.`);
    const costs = await measureCost({
      executablePath,
      backend,
      // ViT-S and B have the layers of Ti.
      models: [prepareEmbedded(), prepareStandard('ViT-Ti/16 at 224')],
      rounds: 0,
      warmUpCount: 1,
    });
    return costs.flatMap(({ what, backend: detail, heed, ort }) => {
      /** @returns {import('../row.mjs').Row} */
      const row = (
        /** @type {string} */ name,
        /** @type {import('../row.mjs').Unit} */ unit,
        /** @type {keyof typeof heed.gpu} */ figure,
      ) => ({
        what: `${what}: ${name}`,
        backend: detail,
        unit,
        heed: [heed.gpu[figure]],
        against: { name: ORT, samples: [ort.gpu[figure]] },
        goal: null,
      });
      return [
        row('dispatches', 'count', 'dispatchCount'),
        row('submits', 'count', 'submitCount'),
        row('bytes read back', 'bytes', 'readBytes'),
      ];
    });
  },
};
