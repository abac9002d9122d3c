// What a ViT's forward pass asks of the GPU, beside ONNX Runtime Web, each by itself.
import { costRow } from '../cost/cost-row.mjs';
import { measureCost } from '../cost/measure.mjs';
import { prepareEmbedded, prepareStandard } from '../peer/models.mjs';

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
    return costs.flatMap((cost) => {
      const [heed, ort] = [cost.heed.gpu, cost.ort.gpu];
      return [
        costRow(cost, 'dispatches', 'count', [heed.dispatchCount], [ort.dispatchCount]),
        costRow(cost, 'submits', 'count', [heed.submitCount], [ort.submitCount]),
        costRow(cost, 'bytes read back', 'bytes', [heed.readBytes], [ort.readBytes]),
      ];
    });
  },
};
