// Accuracy of a vision model on an archive of labelled images, by Heed's own engine in a real
// browser: npm run eval:vision -- --tar FILE.tar [--model ID] [--limit N] [--backend NAME]
import { checkFile, Complaints, joined, runOnTar } from './command.mjs';
import { createLabelFinder } from './labels.mjs';
import { findModel } from './model-folder.mjs';
import { parseOptions, usage, UsageError } from './options.mjs';
import { TarPictures } from './pictures.mjs';
import { Score } from './score.mjs';

/**
 * @typedef {import('./options.mjs').Options} Options
 * @typedef {import('./pictures.mjs').TarPicture} TarPicture
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {import('./page/page.ts').Evaluation} Evaluation which the page has as a global
 */

/** How often progress is told. */
const progressMs = 5000;

/**
 * @param {Page} page
 * @param {readonly TarPicture[]} pictures
 */
function classify(page, pictures) {
  const files = pictures.map(({ name, bytes }) => ({ name, base64: bytes.toString('base64') }));
  return page.evaluate((files) => evaluation.classify(files), files);
}

/**
 * @param {Page} page
 * @param {AsyncIterable<TarPicture[]>} batches
 * @param {(path: string) => number | null} labelOf
 * @param {number} limit
 */
async function evaluate(page, batches, labelOf, limit) {
  const score = new Score();
  const unknown = new Complaints();
  const unreadable = new Complaints();
  let totalMs = 0;
  let toldAt = Date.now();
  for await (const batch of batches) {
    const known = batch
      .map((picture) => ({ ...picture, label: labelOf(picture.name) }))
      .filter(({ name, label }) => {
        if (label === null) unknown.add(`${name}: no label of the model; left out.`);
        return label !== null;
      })
      .slice(0, limit - score.images);
    const { outcomes, ms } = await classify(page, known);
    totalMs += ms;
    for (const [index, { name, label }] of known.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined || label === null) throw new Error(`${name}: no outcome`);
      if ('unreadable' in outcome)
        unreadable.add(`${name}: ${outcome.unreadable} It counts as wrong.`);
      score.add(label, outcome);
    }
    if (Date.now() - toldAt >= progressMs) {
      toldAt = Date.now();
      console.error(`${score.images} images, top-1 ${score.top1} %, top-5 ${score.top5} %`);
    }
    if (score.images >= limit) break;
  }
  return { score, unknownCount: unknown.count, msPerImage: totalMs / score.images };
}

/** @param {Options} options */
async function main({ tar, model, limit, backend }) {
  checkFile(tar);
  const { path, folders } = findModel(model);
  const pictures = new TarPictures(tar);
  const batches = pictures.batches();
  // Before the browser starts: an archive that can't be read is known at once.
  const first = await batches.next();
  if (first.done) throw new UsageError(`${tar} holds no images.`);

  // Loaded late: a mistake in the options is told without the bundler and the browser's driver.
  const { openEvaluationPage } = await import('./open-page.mjs');
  const { page, close } = await openEvaluationPage(folders);
  try {
    const loaded = await page.evaluate(
      ([backend, path]) => evaluation.load(backend, path),
      /** @type {const} */ ([backend, path]),
    );
    const { labels, labelAliases, name } = loaded.model;
    if (labels.length === 0) throw new UsageError(`${name} has no labels to be right about.`);
    console.error(`${name} on ${loaded.backend.name} (${loaded.backend.detail})`);
    const labelOf = createLabelFinder(labels, labelAliases);
    const { score, unknownCount, msPerImage } = await evaluate(
      page,
      joined(first.value, batches),
      labelOf,
      limit,
    );
    if (score.images === 0)
      throw new UsageError(`${tar} holds no image whose name begins with a label of ${name}.`);
    console.error(
      `${score.images} images; ${score.unreadable} of them can’t be read and count as wrong; left ` +
        `out: ${unknownCount} with an unknown label, ${pictures.tooLargeCount} too large, ` +
        `${pictures.otherCount} that are no images.`,
    );
    const result = {
      model: name,
      images: score.images,
      top1: score.top1,
      top5: score.top5,
      msPerImage: Math.round(100 * msPerImage) / 100,
      backend: loaded.backend.name,
    };
    console.log(JSON.stringify(result));
  } finally {
    await close();
  }
}

await runOnTar(() => parseOptions(process.argv.slice(2)), usage, main);
