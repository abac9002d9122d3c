// All that the engine computes for one picture or sentence, as files for NumPy:
// npm run trace -- --model FOLDER (--image FILE | --text "…" [--target "…"] [--beam N]) --out DIR
import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checkFile } from './command.mjs';
import { findModel } from './model-folder.mjs';
import { UsageError } from './options.mjs';
import { parseTraceOptions, traceUsage } from './trace-options.mjs';
import { runCommand, valueOf } from './translation-page.mjs';

/**
 * @typedef {import('./trace-options.mjs').TraceOptions} TraceOptions
 * @typedef {import('./page/trace-job.ts').TraceJob} TraceJob
 * @typedef {import('./page/page.ts').Evaluation} Evaluation which the page has as a global
 */

/**
 * What the page may write: nothing but the files of a trace.
 */
const fileName =
  /^(attention\.(self|encoder|decoder|cross)\.\d+|logits|input)\.npy$|^tokens\.json$/;

/** @param {string} out */
function makeFolder(out) {
  const information = statSync(out, { throwIfNoEntry: false });
  if (information !== undefined && !information.isDirectory())
    throw new UsageError(`--out: ${out} is not a folder.`);
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new UsageError(`--out: ${out} could not be made.`, { cause: error });
  }
}

/**
 * @param {TraceOptions['input']} input
 * @returns {TraceJob['input']}
 */
function readInput(input) {
  if (input.kind === 'text') return input;
  checkFile(input.path);
  const base64 = readFileSync(input.path).toString('base64');
  return { kind: 'picture', file: { name: basename(input.path), base64 } };
}

/** @param {string} out a writer of the page's files, each begun anew */
function createWriter(out) {
  /** @type {Set<string>} */
  const begun = new Set();
  return (/** @type {string} */ name, /** @type {string} */ base64) => {
    if (!fileName.test(name)) throw new Error(`no file of a trace: ${name}`);
    const path = join(out, name);
    if (!begun.has(name)) rmSync(path, { force: true });
    begun.add(name);
    appendFileSync(path, Buffer.from(base64, 'base64'));
  };
}

/** @param {TraceOptions} options */
async function main({ model, input, out, backend }) {
  const { path: modelPath, folders } = findModel(model);
  const prepared = readInput(input);
  makeFolder(out);
  // Loaded late: a mistake in the options is told without the bundler and the browser's driver.
  const { openEvaluationPage } = await import('./open-page.mjs');
  const { page, close } = await openEvaluationPage(folders);
  try {
    await page.exposeFunction('savePart', createWriter(out));
    const job = /** @type {TraceJob} */ ({ backend, modelPath, input: prepared });
    const answer = await page.evaluate((job) => evaluation.trace(job), job);
    console.log(JSON.stringify(valueOf(answer)));
  } finally {
    await close();
  }
}

await runCommand(async () => {
  const options = parseTraceOptions(process.argv.slice(2));
  if (options === null) console.error(traceUsage);
  else await main(options);
});
