// The attention is changed, a label explained, and maps measured.
import { Samples } from '../scenario.mjs';
import { dropPicture, dropped, openVision, overlay } from '../vision-page.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Clicks and waits until an element says something.
 * @param {Page} page
 * @param {string} button
 * @param {{ pattern: string, selector: string }} said
 */
async function pressAndWait(page, button, { pattern, selector }) {
  await page.evaluate(() => probe.expect('pointerup'));
  await page.getByRole('button', { name: button, exact: true }).click();
  return page.evaluate(({ pattern, selector }) => probe.whenSaid(pattern, selector), {
    pattern,
    selector,
  });
}

/** @param {Page} page @param {string} title of a lens */
async function chooseLens(page, title) {
  await page.evaluate(() => probe.expect('change'));
  await page.getByRole('combobox', { name: 'Lens', exact: true }).selectOption(title);
  return page.evaluate((title) => probe.whenSaid(`^${title}[.,]`, 'p'), title);
}

/**
 * Times that were taken beside the drawings.
 * @param {string} what
 * @param {number} goal milliseconds
 */
function createTimes(what, goal) {
  /** @type {import('../scenario.mjs').Measurement} */
  const measurement = { what, samples: [], drawn: [], goal, goalFor: 'painted', longTasks: [] };
  return {
    measurement,
    /** @param {import('../probe.d.ts').Measured & { saidMs: number }} measured */
    add: ({ saidMs, longTasks }) => {
      measurement.samples.push(saidMs);
      measurement.drawn.push(saidMs);
      measurement.longTasks.push(...longTasks);
    },
  };
}

/** @type {import('../scenario.mjs').Scenario} */
export const whatIf = {
  name: 'what-if',
  run: async (bench) => {
    const page = await bench.openPage();
    await openVision(page, bench);
    const switched = new Samples('A head switched: overlay and predictions', overlay, 100);
    const relevance = createTimes('Relevance for a label', 400);
    const importance = createTimes('Importance of every head', 5000);
    const curves = createTimes('Deletion and insertion, 32 steps, 10 random orders', 8000);
    for (const [round, picture] of dropped.slice(0, bench.short ? 3 : 5).entries()) {
      await dropPicture(page, picture);
      relevance.add(await chooseLens(page, 'Relevance'));
      if (round < (bench.short ? 1 : 3)) {
        importance.add(
          await pressAndWait(page, 'Measure heads', {
            pattern: 'worse without it',
            selector: 'div',
          }),
        );
        curves.add(
          await pressAndWait(page, 'Measure faithfulness', {
            pattern: 'Deletion curve',
            selector: 'figure',
          }),
        );
        // What follows the curves is not measured.
        await page.getByRole('button', { name: 'Cancel', exact: true }).click();
      }
      await page.getByRole('combobox', { name: 'Lens', exact: true }).selectOption('Raw attention');
    }
    const grid = page.getByRole('grid', { name: 'Heads' });
    for (let count = -2; count < (bench.short ? 10 : 30); count += 1) {
      const name = `Layer ${1 + ((count + 2) % 6)} head ${1 + ((count + 2) % 5)}`;
      await page.evaluate(() => probe.expect('pointerup'));
      await grid.getByRole('button', { name, exact: true }).click();
      const measured = await page.evaluate(() => probe.whenReady());
      if (count >= 0) switched.add(measured);
    }
    return [
      switched.measurement,
      relevance.measurement,
      importance.measurement,
      curves.measurement,
    ];
  },
};
