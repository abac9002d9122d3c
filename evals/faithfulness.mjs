// How far a model's maps can be trusted, over an archive of labelled images, by Heed's own engine in
// a real browser: npm run eval:faithfulness -- --tar FILE.tar [--limit N] [--lens ID …]
import { checkFile, Complaints, joined, runOnTar } from './command.mjs';
import { parseFaithfulnessOptions, usage } from './faithfulness-options.mjs';
import { FaithfulnessTable } from './faithfulness-table.mjs';
import { createLabelFinder } from './labels.mjs';
import { findModel } from './model-folder.mjs';
import { UsageError } from './options.mjs';
import { TarPictures } from './pictures.mjs';

/**
 * @typedef {import('./faithfulness-options.mjs').Options} Options
 * @typedef {import('./pictures.mjs').TarPicture} TarPicture
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {import('../src/engine/protocol.ts').LensId} LensId
 * @typedef {import('../src/engine/protocol.ts').VisionModelInfo} VisionModelInfo
 * @typedef {import('./page/page.ts').Evaluation} Evaluation which the page has as a global
 */

/** How often progress is told. */
const progressMs = 15_000;

/**
 * The lenses to measure.
 * @param {VisionModelInfo} model
 * @param {readonly string[]} wanted ids, or none for all
 * @returns {LensId[]}
 * @throws UsageError
 */
function chooseLenses({ name, lenses }, wanted) {
  if (wanted.length === 0)
    return lenses.filter(({ unavailable }) => unavailable === null).map(({ id }) => id);
  return wanted.map((id) => {
    const lens = lenses.find((lens) => lens.id === id);
    if (lens === undefined)
      throw new UsageError(
        `--lens: there is no lens ${JSON.stringify(id)}; there are ${lenses.map(({ id }) => id).join(', ')}.`,
      );
    if (lens.unavailable !== null)
      throw new UsageError(`--lens: ${name} cannot have ${id}: ${lens.unavailable}`);
    return lens.id;
  });
}

/**
 * Measures one picture after the other, so that a long evaluation tells how far it is.
 * @param {Page} page
 * @param {AsyncIterable<TarPicture[]>} batches
 * @param {(path: string) => number | null} labelOf
 * @param {Options} options
 * @param {LensId[]} lenses
 */
async function evaluate(page, batches, labelOf, options, lenses) {
  const table = new FaithfulnessTable(lenses);
  const unknown = new Complaints();
  const unreadable = new Complaints();
  const settings = {
    lenses,
    removal: options.removal,
    stepCount: options.steps,
    randomOrderCount: options.random,
  };
  const begin = Date.now();
  let toldAt = begin;
  for await (const batch of batches) {
    for (const { name, bytes } of batch) {
      const isLate = Date.now() - begin > 60_000 * options.minutes;
      if (table.images >= options.limit || isLate) return table;
      const label = labelOf(name);
      if (label === null) {
        unknown.add(`${name}: no label of the model; left out.`);
        continue;
      }
      const file = {
        name,
        base64: bytes.toString('base64'),
        target: options.target === 'label' ? label : null,
        seed: table.images,
        scans: table.images < options.scans,
      };
      const [measured] = await page.evaluate(
        ([file, settings]) => evaluation.measureMaps([file], settings),
        /** @type {const} */ ([file, settings]),
      );
      if (measured === undefined) throw new Error(`${name}: no outcome`);
      if ('unreadable' in measured) unreadable.add(`${name}: ${measured.unreadable} Left out.`);
      else table.add(measured);
      if (Date.now() - toldAt >= progressMs) {
        toldAt = Date.now();
        console.error(`${table.images} images`);
      }
    }
  }
  return table;
}

/** @param {Options} options */
async function main(options) {
  const { tar, model, backend } = options;
  checkFile(tar);
  const { path, folders } = findModel(model);
  const batches = new TarPictures(tar).batches();
  // Before the browser starts: an archive that can't be read is known at once.
  const first = await batches.next();
  if (first.done) throw new UsageError(`${tar} holds no images.`);

  // Loaded late: a mistake in the options is told without the bundler and the browser's driver.
  const { openEvaluationPage } = await import('./open-page.mjs');
  const { page, close } = await openEvaluationPage(folders, !options.isSingleThread);
  try {
    const loaded = await page.evaluate(
      ([backend, path]) => evaluation.load(backend, path),
      /** @type {const} */ ([backend, path]),
    );
    const { labels, labelAliases, name } = loaded.model;
    if (labels.length === 0)
      throw new UsageError(`${name} has no labels: there is no prediction to measure by.`);
    const lenses = chooseLenses(loaded.model, options.lenses);
    console.error(`${name} on ${loaded.backend.name} (${loaded.backend.detail})`);
    const begin = Date.now();
    const table = await evaluate(
      page,
      joined(first.value, batches),
      createLabelFinder(labels, labelAliases),
      options,
      lenses,
    );
    if (table.images === 0)
      throw new UsageError(`${tar} holds no picture whose name begins with a label of ${name}.`);
    console.error(`${table.images} images in ${Math.round((Date.now() - begin) / 1000)} s`);
    for (const line of table.lines()) {
      console.log(
        JSON.stringify({
          model: name,
          ...line,
          removal: options.removal,
          steps: options.steps,
          randomOrders: options.random,
          target: options.target,
          backend: loaded.backend.name,
        }),
      );
    }
  } finally {
    await close();
  }
}

await runOnTar(() => parseFaithfulnessOptions(process.argv.slice(2)), usage, main);
