// The evaluation's page with a translation model loaded.
import { findModel } from './model-folder.mjs';
import { openEvaluationPage } from './open-page.mjs';
import { UsageError } from './options.mjs';

/**
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {import('./page/page.ts').Evaluation} Evaluation which the page has as a global
 */

/**
 * @template T
 * @param {import('./page/answer.ts').Answer<T>} answer
 * @throws UsageError for a failure
 */
export function valueOf(answer) {
  if ('failure' in answer) throw new UsageError(answer.failure);
  return answer.value;
}

/**
 * Opens the page, loads a model, and closes it all when the work is done.
 * @template T
 * @param {{ model: string, backend: import('../src/engine/protocol.ts').BackendName | null }} options
 * @param {(page: Page, loaded: { modelName: string, backendName: string }) => Promise<T>} work
 */
export async function withTranslationModel({ model, backend }, work) {
  const { path, folders } = findModel(model);
  const { page, close } = await openEvaluationPage(folders);
  try {
    await page.exposeFunction(
      'reportProgress',
      (/** @type {number} */ done, /** @type {number} */ total) =>
        console.error(`${done} of ${total} sentences`),
    );
    const loaded = valueOf(
      await page.evaluate(
        ([backend, path]) => evaluation.translation.load(backend, path),
        /** @type {const} */ ([backend, path]),
      ),
    );
    const { name: modelName } = loaded.model;
    const { name: backendName, detail } = loaded.backend;
    console.error(`${modelName} on ${backendName} (${detail})`);
    return await work(page, { modelName, backendName });
  } finally {
    await close();
  }
}

/**
 * @param {{ refused: readonly string[], refusedCount: number }} result
 * @param {string} consequence
 */
export function tellRefused({ refused, refusedCount }, consequence) {
  if (refusedCount === 0) return;
  for (const sentence of refused) console.error(sentence);
  console.error(`${refusedCount} lines that the model cannot take ${consequence}.`);
}

/**
 * Runs a command: one sentence on stderr and exit status 1 for what fails.
 * @param {() => Promise<void>} main
 */
export async function runCommand(main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
