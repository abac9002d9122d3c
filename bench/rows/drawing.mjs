// The large drawings: what a frame costs, and the same with a node a cell, in SVG.
import { deadFrameMs, framesInTurns, scriptOfFrames, withDrawings } from '../drawing/measure.mjs';
import { summarise } from '../statistics.mjs';

/**
 * @typedef {import('../row.mjs').Row} Row
 * @typedef {import('../drawing/page/drawing.d.ts').Subject} Subject
 * @typedef {import('@playwright/test').Page} Page
 */

const peerName = 'SVG, a node a cell or line';
const backend = 'page, canvas';

/** What a frame's script may cost, in milliseconds. @type {[string, Subject, number][]} */
const budgets = [
  ['matrix of 2,305 × 2,305, pan and zoom', { kind: 'matrix', tokenCount: 2305 }, 4],
  [
    'ribbons of 512 × 512 tokens, 12 heads, 3 lines a query',
    { kind: 'ribbons', tokenCount: 512, headCount: 12 },
    8,
  ],
  [
    'heads of 24 layers × 16, 14 × 14 patches, another query',
    { kind: 'heads', layerCount: 24, headCount: 16, side: 14 },
    8,
  ],
];

/** Ever larger until the peer dies of it. @type {[string, readonly [string, Subject][]][]} */
const families = [
  [
    'matrix',
    [64, 128, 256, 512, 1024].map((tokenCount) => [
      `matrix of ${tokenCount} × ${tokenCount}`,
      { kind: 'matrix', tokenCount },
    ]),
  ],
  [
    'ribbons',
    [64, 256, 512].map((tokenCount) => [
      `ribbons of ${tokenCount} × ${tokenCount} tokens, 12 heads`,
      { kind: 'ribbons', tokenCount, headCount: 12 },
    ]),
  ],
  [
    'heads',
    [7, 14, 28].map((side) => [
      `24 × 16 heads, ${side} × ${side} patches`,
      { kind: 'heads', layerCount: 24, headCount: 16, side },
    ]),
  ],
];

/** @param {Page} page @param {boolean} short @returns {Promise<Row[]>} */
async function budgetRows(page, short) {
  /** @type {Row[]} */
  const rows = [];
  for (const [what, subject, mostMs] of budgets) {
    const heed = await scriptOfFrames(page, subject, short ? 60 : 200);
    const against = { name: `budget of ${mostMs} ms`, samples: [mostMs] };
    rows.push({ what: `${what}: script`, backend, unit: 'ms', heed, against, goal: { atMost: 1 } });
  }
  const first = await page.evaluate(() =>
    drawing.longestTask({ kind: 'matrix', tokenCount: 2305 }),
  );
  rows.push({
    what: 'matrix of 2,305 × 2,305, first drawing: longest task',
    backend,
    unit: 'ms',
    heed: [first],
    against: { name: 'a long task', samples: [50] },
    goal: { atMost: 1 },
    note: first === 0 ? 'none over 50 ms' : '',
  });
  return rows;
}

/** @param {Page} page @param {boolean} short @returns {Promise<Row[]>} */
async function peerRows(page, short) {
  /** @type {Row[]} */
  const rows = [];
  for (const [, sizes] of families) {
    for (const [what, subject] of short ? sizes.slice(0, 2) : sizes) {
      const frames = await framesInTurns(page, subject, short ? 5 : 9);
      const row = {
        what: `${what}: frame`,
        backend,
        unit: /** @type {const} */ ('ms'),
        goal: null,
      };
      if (frames === null) {
        const heed = await scriptOfFrames(page, subject, 9).catch(() => []);
        if (heed.length > 0)
          rows.push({ ...row, heed, against: null, note: 'the peer’s tab fails' });
        break;
      }
      const isDead = summarise(frames.peer).p50 > deadFrameMs;
      const against = { name: peerName, samples: frames.peer };
      const note = isDead ? { note: 'the peer dies: over 1 s a frame' } : {};
      rows.push({ ...row, heed: frames.heed, against, ...note });
      if (isDead) break;
    }
  }
  return rows;
}

/** @type {import('../row.mjs').RowSource} */
export const drawings = {
  name: 'drawing',
  title: 'Large drawings, milliseconds a frame',
  backends: ['wasm'],
  isInShort: false,
  measure: ({ executablePath, short }) =>
    withDrawings(executablePath, async (page) => [
      ...(await budgetRows(page, short)),
      ...(await peerRows(page, short)),
    ]),
};
