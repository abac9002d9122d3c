// What is held after a thousand runs, and what crosses from the worker to the page.
import { measureMemory } from '../memory/measure.mjs';

/** A leak of one picture's attention a run would be a hundredfold. */
const flat = { atMost: 1.1 };

/** @type {import('../row.mjs').RowSource} */
export const memory = {
  name: 'memory',
  title: 'Memory',
  backends: ['wasm'],
  isInShort: false,
  measure: async ({ backend, executablePath, short }) => {
    const [settleCount, runCount] = short ? [40, 100] : [100, 1000];
    const { detail, before, after } = await measureMemory({
      executablePath,
      backend,
      settleCount,
      runCount,
    });
    const name = `after the first ${settleCount}`;
    const on = { backend: `${backend}, ${detail}` };
    /** @type {import('../row.mjs').Row[]} */
    const rows = [
      {
        ...on,
        what: `tensors after ${runCount} runs of mixed sizes`,
        unit: 'count',
        heed: [after.tensorCount],
        against: { name, samples: [before.tensorCount] },
        goal: { atMost: 1 },
      },
      {
        ...on,
        what: `tensor memory after ${runCount} runs`,
        unit: 'bytes',
        heed: [after.tensorBytes],
        against: { name, samples: [before.tensorBytes] },
        goal: { atMost: 1 },
      },
      {
        ...on,
        what: 'bytes read back for the first view of heed-vit',
        unit: 'bytes',
        heed: [after.firstViewBytes],
        against: { name: 'every layer’s attention', samples: [after.attentionBytes] },
        goal: null,
      },
    ];
    if (before.heldBytes !== null && after.heldBytes !== null)
      rows.push(
        {
          ...on,
          what: `memory of the page’s process after ${runCount} runs, collected`,
          unit: 'bytes',
          heed: [after.heldBytes],
          against: { name, samples: [before.heldBytes] },
          goal: flat,
        },
        {
          ...on,
          what: `the same as the browser leaves it, ten times in the last ${runCount / 2} runs`,
          unit: 'bytes',
          heed: after.residentBytes,
          against: { name: `in the first ${settleCount}`, samples: before.residentBytes },
          goal: flat,
        },
      );
    return rows;
  },
};
