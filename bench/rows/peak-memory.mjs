// What a ViT's forward pass takes of memory at most, beside ONNX Runtime Web, each by itself.
import { costRow } from '../cost/cost-row.mjs';
import { measureCost } from '../cost/measure.mjs';
import { prepareEmbedded, prepareStandards } from '../peer/models.mjs';

/** @type {import('../row.mjs').RowSource} */
export const peakMemory = {
  name: 'peak-memory',
  title: 'Memory of a forward pass, every layer’s attention read out',
  backends: ['wasm'],
  isInShort: true,
  measure: async ({ backend, executablePath, short }) => {
    if (backend !== 'wasm') throw new Error(`There is no such memory on ${backend}.`);
    const costs = await measureCost({
      executablePath,
      backend,
      models: [prepareEmbedded(), ...prepareStandards(short)],
      rounds: 5,
      warmUpCount: 2,
    });
    return costs.flatMap((cost) => {
      const { heed, ort } = cost;
      const rows = [
        costRow(cost, 'WebAssembly memory', 'bytes', [heed.wasmBytes], [ort.wasmBytes]),
        costRow(
          cost,
          'JavaScript’s objects and buffers',
          'bytes',
          heed.scriptBytes,
          ort.scriptBytes,
        ),
      ];
      if (heed.processBytes !== null && ort.processBytes !== null) {
        const [ofHeed, ofOrt] = [[heed.processBytes], [ort.processBytes]];
        rows.push(costRow(cost, 'page’s process, with loading', 'bytes', ofHeed, ofOrt));
      }
      return rows;
    });
  },
};
