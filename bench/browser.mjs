// How every scenario starts its browser.
import { browserFlags } from '../e2e/browser-flags.mjs';

/** @param {string} executablePath */
export function launchOptions(executablePath) {
  return { executablePath, args: browserFlags };
}

export const contextOptions = { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 };
