// Models in the sizes that people use, opened in the page as a visitor opens them.
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../scripts/serve.mjs';
import { openModel } from '../sizes/open-model.mjs';
import { sizedModels } from '../sizes/random-model.mjs';

/** `HEED_SIZES=opus-mt,…` measures these alone. */
const wanted = process.env['HEED_SIZES']?.split(',');

/**
 * @param {import('../sizes/random-model.mjs').SizedModel} model
 * @param {import('../row.mjs').RowBench} bench
 * @returns {Promise<import('../row.mjs').Row[]>}
 */
async function measureModel({ what, kind, write }, { executablePath, outDir }) {
  const folder = mkdtempSync(join(tmpdir(), 'heed-size-'));
  try {
    write(join(folder, 'random'));
    const server = await serve({ root: outDir, folders: { '/sizes/': folder } });
    try {
      const { address } = server;
      const model = `${address}sizes/random/`;
      const opened = await openModel({ executablePath, address, model, kind });
      const threadCount = availableParallelism();
      const backend = `wasm, ${threadCount} ${threadCount === 1 ? 'thread' : 'threads'}`;
      const { loadMs, firstMapMs, usedBytes, foretoldBytes, longestTaskMs } = opened;
      const plain = { backend, unit: /** @type {const} */ ('ms'), against: null, goal: null };
      const note =
        longestTaskMs === 0 ? 'no long task' : `longest task ${longestTaskMs.toFixed(0)} ms`;
      return [
        { ...plain, what: `${what}: load`, heed: [loadMs] },
        { ...plain, what: `${what}: first map`, heed: [firstMapMs], note },
        {
          what: `${what}: memory`,
          backend,
          unit: 'bytes',
          heed: [usedBytes],
          against: { name: 'the sheet', samples: [foretoldBytes] },
          goal: { atMost: 1.2 },
          note: 'foretold within 20 %: 0.8 to 1.2',
        },
      ];
    } finally {
      await server.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @type {import('../row.mjs').RowSource} */
export const sizes = {
  name: 'sizes',
  title: 'Sizes: models of random weights, opened in the page',
  backends: ['wasm'],
  isInShort: false,
  measure: async (bench) => {
    const rows = [];
    for (const model of sizedModels) {
      if (wanted !== undefined && !wanted.includes(model.what)) continue;
      console.error(`  ${model.what}`);
      rows.push(...(await measureModel(model, bench)));
    }
    return rows;
  },
};
