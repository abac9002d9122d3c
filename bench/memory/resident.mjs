// What a page's process holds in memory: JavaScript heaps, WebAssembly memory and all else.
import { readFileSync } from 'node:fs';

/**
 * @param {import('@playwright/test').Browser} browser with one page
 * @param {'VmRSS' | 'VmHWM'} [field] what is held now, or the most that was ever held
 * @returns {Promise<number | null>} bytes; null where the system does not tell
 */
export async function residentBytes(browser, field = 'VmRSS') {
  const session = await browser.newBrowserCDPSession();
  try {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    const sizes = processInfo
      .filter(({ type }) => type === 'renderer')
      .map(({ id }) => sizeOf(id, field))
      .filter((size) => size !== null);
    // The page's own is the largest: a spare one waits beside it.
    return sizes.length === 0 ? null : Math.max(...sizes);
  } finally {
    await session.detach();
  }
}

/** @param {number} processId @param {string} field */
function sizeOf(processId, field) {
  try {
    const status = readFileSync(`/proc/${processId}/status`, 'utf8');
    const kilobytes = new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(status)?.[1];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    // Only Linux has it.
    return null;
  }
}
