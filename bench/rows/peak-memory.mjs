// What a ViT's forward pass takes of memory at most, beside ONNX Runtime Web, each by itself.
import { measureCost } from '../cost/measure.mjs';
import { prepareEmbedded, prepareStandards } from '../peer/models.mjs';
import { ORT } from '../row.mjs';

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
    return costs.flatMap(({ what, backend: detail, heed, ort }) => {
      /** @returns {import('../row.mjs').Row} */
      const row = (
        /** @type {string} */ name,
        /** @type {number[]} */ ofHeed,
        /** @type {number[]} */ ofOrt,
      ) => ({
        what: `${what}: ${name}`,
        backend: detail,
        unit: 'bytes',
        heed: ofHeed,
        against: { name: ORT, samples: ofOrt },
        goal: null,
      });
      const rows = [
        row('WebAssembly memory', [heed.wasmBytes], [ort.wasmBytes]),
        row('JavaScript’s objects and buffers', heed.scriptBytes, ort.scriptBytes),
      ];
      if (heed.processBytes !== null && ort.processBytes !== null)
        rows.push(row('page’s process, with loading', [heed.processBytes], [ort.processBytes]));
      return rows;
    });
  },
};
