// Another layer, head or query is chosen: what is in the page already, and what must be read.
import { Samples } from '../scenario.mjs';
import { dropPicture, heads, matrix, openVision, overlay, press } from '../vision-page.mjs';

/** @typedef {import('@playwright/test').Page} Page */

/**
 * Presses a key several times.
 * @param {Page} page
 * @param {string} key
 * @param {number} count
 * @param {readonly Samples[]} gathered
 */
async function step(page, key, count, gathered) {
  for (let done = 0; done < count; done += 1) {
    const measured = await press(page, key, [overlay, matrix]);
    for (const samples of gathered) samples.add(measured);
  }
}

/**
 * @param {Page} page
 * @param {string} name of a slider
 */
async function rangeOf(page, name) {
  const slider = page.getByRole('slider', { name, exact: true });
  await slider.fill('1');
  return Number(await slider.getAttribute('max')) - 1;
}

/**
 * Drops a picture, walks over every head of every layer, each once, and back the same way.
 * @param {Page} page
 * @param {{ picture: string, along: 'layer' | 'head', rounds: number }} way `along` is changed most
 */
async function walk(page, { picture, along, rounds }) {
  const layerSteps = await rangeOf(page, 'Layer');
  const headSteps = await rangeOf(page, 'Head');
  // Nothing has been read of a new picture but the first head of the first layer.
  await dropPicture(page, picture);
  // The statistics that follow a drop are here before the first key.
  await page.waitForTimeout(1000);
  const [forth, back, over, overBack, stepCount, turnCount] =
    along === 'layer'
      ? [']', '[', '.', ',', layerSteps, headSteps]
      : ['.', ',', ']', '[', headSteps, layerSteps];
  const turns = Math.min(turnCount, rounds - 1);
  const name = along === 'layer' ? 'Layer' : 'Head';
  const read = [
    new Samples(`${name} change, read: overlay`, overlay, 50),
    new Samples(`${name} change, read: matrix`, matrix, 50),
  ];
  const kept = [
    new Samples(`${name} change, in the page: overlay`, overlay, 16),
    new Samples(`${name} change, in the page: matrix`, matrix, 16),
  ];
  for (const [gathered, turn, isReturn] of /** @type {const} */ ([
    [read, over, false],
    [kept, overBack, true],
  ])) {
    for (let round = 0; round <= turns; round += 1) {
      // A change of the other kind is no sample.
      if (round > 0) await step(page, turn, 1, []);
      const isForth = ((isReturn ? turns - round : round) % 2 === 0) !== isReturn;
      await step(page, isForth ? forth : back, stepCount, gathered);
    }
  }
  return [...read, ...kept].map((samples) => samples.measurement);
}

/**
 * @param {Page} page
 * @param {number} count
 */
async function moveQuery(page, count) {
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  });
  const ofOverlay = new Samples('Query change, in the page: overlay', overlay, 16);
  const ofHeads = new Samples('Query change, read: every head', heads, 50);
  const keys = ['ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft'];
  await press(page, 'ArrowDown', [overlay, heads]);
  for (let done = 0; done < count; done += 1) {
    const measured = await press(page, keys[done % keys.length] ?? '', [overlay, heads]);
    ofOverlay.add(measured);
    ofHeads.add(measured);
  }
  return [ofOverlay.measurement, ofHeads.measurement];
}

/** @type {import('../scenario.mjs').Scenario} */
export const select = {
  name: 'select',
  run: async (bench) => {
    const page = await bench.openPage();
    await openVision(page, bench);
    const rounds = bench.short ? 4 : 6;
    const layer = await walk(page, { picture: 'rocket', along: 'layer', rounds });
    const head = await walk(page, { picture: 'coffee', along: 'head', rounds });
    return [...layer, ...head, ...(await moveQuery(page, bench.short ? 20 : 40))];
  },
};
