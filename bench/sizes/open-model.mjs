// Opens a model as a visitor does and measures what that takes.
import { chromium } from '@playwright/test';
import { contextOptions, launchOptions } from '../browser.mjs';
import { residentBytes } from '../memory/resident.mjs';

/**
 * @typedef {object} OpenedModel
 * @property {number} loadMs from `Load` until the weights are on the device
 * @property {number} firstMapMs from `Load` until the status says `Ready`
 * @property {number} foretoldBytes by the sheet
 * @property {number} usedBytes by the page's process, more than before
 * @property {number} longestTaskMs of the main thread since `Load`; 0 for none above 50
 */

const patienceMs = 300_000;
const units = { bytes: 1, kB: 1e3, MB: 1e6, GB: 1e9 };

/** @param {string} text with `about 517.3 MB` in it */
function bytesIn(text) {
  const [, count, unit] = /about ([\d.,]+) (bytes|kB|MB|GB)/.exec(text) ?? [];
  if (unit !== 'bytes' && unit !== 'kB' && unit !== 'MB' && unit !== 'GB')
    throw new Error(`The sheet foretells no memory: ${text}`);
  return Number(count?.replaceAll(',', '')) * units[unit];
}

/**
 * @param {import('@playwright/test').Browser} browser
 */
async function usedBytes(browser) {
  const bytes = await residentBytes(browser);
  if (bytes === null) throw new Error('This system does not tell what a process holds.');
  return bytes;
}

/**
 * @param {{ executablePath: string, address: string, model: string,
 *   kind: 'vision' | 'translation' }} options `address` of the page, `model` of the folder
 * @returns {Promise<OpenedModel>}
 */
export async function openModel({ executablePath, address, model, kind }) {
  const browser = await chromium.launch(launchOptions(executablePath));
  try {
    const page = await browser.newPage(contextOptions);
    page.setDefaultTimeout(patienceMs);
    await page.goto(`${address}?backend=wasm#/${kind}`);
    const status = page.getByRole('status').filter({ hasText: /^Ready/ });
    await status.first().waitFor({ state: 'attached' });
    const before = await usedBytes(browser);
    await page.getByRole('button', { name: 'Open model' }).click();
    const dialog = page.getByRole('dialog', { name: 'Open model' });
    await dialog.getByRole('textbox', { name: 'Model id' }).fill(model);
    await dialog.getByRole('button', { name: 'Look first' }).click();
    const load = dialog.getByRole('button', { name: 'Load', exact: true });
    const sheet = dialog.getByText(/about .*: weights/);
    await sheet.waitFor();
    const foretoldBytes = bytesIn(await sheet.innerText());
    await watch(page);
    await load.click();
    await dialog.waitFor({ state: 'hidden' });
    await status.first().waitFor({ state: 'attached' });
    const { loadMs, firstMapMs, longestTaskMs } = await page.evaluate(() =>
      Reflect.get(globalThis, 'opened')(),
    );
    return {
      loadMs,
      firstMapMs,
      longestTaskMs,
      foretoldBytes,
      usedBytes: (await usedBytes(browser)) - before,
    };
  } finally {
    await browser.close();
  }
}

/**
 * Notes in the page when `Load` was pressed, when the last byte of progress was shown, when the status
 * said `Ready` again, and what kept the main thread.
 * @param {import('@playwright/test').Page} page
 */
function watch(page) {
  return page.evaluate(() => {
    let [begin, loadedAt, readyAt, longest] = [0, 0, 0, 0];
    addEventListener('click', () => (begin ||= performance.now()), { capture: true, once: true });
    const note = (/** @type {PerformanceObserverEntryList} */ list) => {
      for (const { startTime, duration } of list.getEntries())
        if (begin > 0 && startTime >= begin) longest = Math.max(longest, duration);
    };
    new PerformanceObserver(note).observe({ type: 'longtask' });
    let wasLoading = false;
    const look = () => {
      const isLoading = document.querySelector('[aria-label="Loading model"]') !== null;
      if (wasLoading && !isLoading && loadedAt === 0) loadedAt = performance.now();
      wasLoading ||= isLoading;
      const said = document.querySelector('[role=status]')?.textContent ?? '';
      if (loadedAt > 0 && said.startsWith('Ready')) readyAt ||= performance.now();
    };
    new MutationObserver(look).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    Reflect.set(globalThis, 'opened', () => ({
      loadMs: loadedAt - begin,
      firstMapMs: readyAt - begin,
      longestTaskMs: longest,
    }));
  });
}
