// Drives the Vision workspace as a visitor does: by role and name.
import { readFileSync } from 'node:fs';

/**
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {import('./scenario.mjs').Bench} Bench
 * @typedef {import('./probe.d.ts').Measured} Measured
 */

export const overlay = 'Attention overlay';
export const matrix = 'Attention matrix';
export const heads = 'Heads';

/** Pictures that are dropped in turn: 0.2 to 0.8 million pixels. */
export const dropped = ['raccoon', 'rocket', 'coffee', 'astronaut', 'temple'];

/**
 * Opens the workspace, waits until the first sample is drawn and the page is idle.
 * @param {Page} page
 * @param {Bench} bench
 * @returns {Promise<Measured>} counted from navigation
 */
export async function openVision(page, { address, search, backends }) {
  await page.goto(`${address}${search}#/vision`);
  const measured = await page.evaluate(() => probe.whenReady());
  backends.add(await backendOf(page));
  return measured;
}

/** @param {Page} page */
async function backendOf(page) {
  const chip = page.getByRole('button', { name: /^(WebGPU|WASM|CPU)/ });
  return (await chip.innerText()).replaceAll(/\s+/g, ' ').replace(/ · .*/, '').trim();
}

/**
 * Drops on the overlay and measures from the page's drop event.
 * @param {Page} page
 * @param {import('@playwright/test').JSHandle<DataTransfer>} transfer is used up
 */
export async function dropTransfer(page, transfer) {
  await page.evaluate(() => probe.expect('drop'));
  await page.getByRole('img', { name: overlay }).dispatchEvent('drop', { dataTransfer: transfer });
  await transfer.dispose();
  return page.evaluate(() => probe.whenReady());
}

/**
 * Drops a sample.
 * @param {Page} page
 * @param {string} sample
 */
export async function dropPicture(page, sample) {
  const file = new URL(`../public/samples/${sample}.jpg`, import.meta.url);
  const base64 = readFileSync(file).toString('base64');
  const transfer = await page.evaluateHandle(
    ({ base64, name }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type: 'image/jpeg' }));
      return transfer;
    },
    { base64, name: `${sample}.jpg` },
  );
  return dropTransfer(page, transfer);
}

/**
 * Presses a key in the page and waits until these views were painted.
 * @param {Page} page
 * @param {string} key
 * @param {readonly string[]} views
 */
export async function press(page, key, views) {
  await page.evaluate(() => probe.expect('keydown'));
  await page.keyboard.press(key);
  return page.evaluate((views) => probe.whenPainted(views), views);
}
