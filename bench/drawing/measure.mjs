// Times Heed's views beside the same drawings with a node a cell, in one page, in turns.
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../scripts/serve.mjs';
import { contextOptions, launchOptions } from '../browser.mjs';

/**
 * @typedef {import('./page/drawing.d.ts').Subject} Subject
 * @typedef {import('./page/drawing.d.ts').Frame} Frame
 */

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/** A frame that takes longer has died of its size. */
export const deadFrameMs = 1000;
/** No size is waited for longer. */
const patienceMs = 60_000;

/**
 * Works with the page of the drawings.
 * @template T
 * @param {string} executablePath of the browser
 * @param {(page: import('@playwright/test').Page) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withDrawings(executablePath, work) {
  await build({ configFile: pathOf('./vite.config.ts'), logLevel: 'error' });
  const server = await serve({ root: pathOf('../../node_modules/.cache/heed/bench-drawing') });
  const browser = await chromium.launch(launchOptions(executablePath));
  try {
    const page = await browser.newPage(contextOptions);
    await page.goto(server.address);
    await page.waitForFunction(() => 'drawing' in globalThis);
    return await work(page);
  } finally {
    await browser.close();
    await server.close();
  }
}

/**
 * Heed alone: the script of each frame.
 * @param {import('@playwright/test').Page} page
 * @param {Subject} subject
 * @param {number} rounds
 */
export async function scriptOfFrames(page, subject, rounds) {
  return page.evaluate(
    async ({ subject, rounds }) => {
      await drawing.open(subject, false);
      const script = [];
      for (let round = 0; round < rounds; round += 1) script.push((await drawing.heed()).script);
      return script;
    },
    { subject, rounds },
  );
}

/**
 * Whole frames, Heed's and the peer's in turns.
 * @param {import('@playwright/test').Page} page
 * @param {Subject} subject
 * @param {number} rounds
 * @returns {Promise<{ heed: number[], peer: number[] } | null>} null where the peer's tab failed, or
 *   answered nothing for a minute
 */
export async function framesInTurns(page, subject, rounds) {
  const measured = page.evaluate(
    async ({ subject, rounds }) => {
      await drawing.open(subject, true);
      /** @type {{ heed: number[], peer: number[] }} */
      const totals = { heed: [], peer: [] };
      for (let round = -2; round < rounds; round += 1) {
        const [heed, peer] = [(await drawing.heed()).total, (await drawing.peer()).total];
        if (round < 0) continue;
        totals.heed.push(heed);
        totals.peer.push(peer);
      }
      return totals;
    },
    { subject, rounds },
  );
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const patience = new Promise((resolve) => {
    timer = setTimeout(() => resolve(null), patienceMs);
  });
  return Promise.race([measured.catch(() => null), patience]).finally(() => clearTimeout(timer));
}
