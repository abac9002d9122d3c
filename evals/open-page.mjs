// The evaluation's page in a real browser, with checkpoints served beside it.
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { browserFlags } from '../e2e/browser-flags.mjs';
import { findBrowser } from '../scripts/find-browser.mjs';
import { serve } from '../scripts/serve.mjs';

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Builds the page, serves it and opens it.
 * @param {Readonly<Record<string, string>>} folders served beside it, by path
 * @param {boolean} [isIsolated] cross-origin isolated, without which wasm has one thread
 * @returns {Promise<{ page: import('@playwright/test').Page, close: () => Promise<void> }>}
 */
export async function openEvaluationPage(folders, isIsolated = true) {
  await build({ configFile: pathOf('./vite.config.ts'), logLevel: 'error' });
  const server = await serve({ root: pathOf('../dist-evals'), folders, isIsolated });
  try {
    const executablePath = await findBrowser();
    const browser = await chromium.launch({ executablePath, args: browserFlags });
    const page = await browser.newPage();
    page.on('console', (message) => {
      // A checkpoint need not have every file that is asked for; one that is missed is told in words.
      const isAnswer = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !isAnswer) console.error(message.text());
    });
    await page.goto(server.address);
    await page.waitForFunction(() => 'evaluation' in globalThis);
    return {
      page,
      close: async () => {
        await browser.close();
        await server.close();
      },
    };
  } catch (error) {
    await server.close();
    throw error;
  }
}
