// Sentences are translated greedily: how soon the first token is seen, and how fast the others come.
import { Samples } from '../scenario.mjs';
import {
  countTokens,
  openTranslation,
  sentences,
  targetTokens,
  translate,
} from '../translation-page.mjs';

/** Translations whose times don't count: shaders are compiled, memory is taken. */
const warmUpCount = 3;
const wantedTokensPerSecond = 60;

/** @param {import('@playwright/test').Page} page */
async function countTensors(page) {
  const chip = page.getByRole('button', { name: /^(WebGPU|WASM|CPU)/ });
  await chip.click();
  const figure = page.getByText(/^\d+ \(.*B\)$/);
  const count = Number.parseInt(await figure.innerText(), 10);
  await page.keyboard.press('Escape');
  return count;
}

/** @type {import('../scenario.mjs').Scenario} */
export const translateGreedily = {
  name: 'translate',
  run: async (bench) => {
    const page = await bench.openPage();
    await openTranslation(page, bench);
    const first = new Samples('First target token painted, greedy', targetTokens, 150);
    /** @type {number[]} */
    const perToken = [];
    let settledCount = 0;
    const wanted = bench.short ? 20 : 100;
    for (let count = -warmUpCount; count < wanted; count += 1) {
      const text = sentences[(count + warmUpCount) % sentences.length] ?? '';
      const measured = await translate(page, text);
      // Each of the sentences leaves a trace of another size, but of as many tensors.
      if (count === -1) settledCount = await countTensors(page);
      if (count < 0) continue;
      first.add(measured);
      perToken.push((measured.readyMs ?? NaN) / (await countTokens(page, targetTokens)));
    }
    const tensorCount = await countTensors(page);
    if (tensorCount !== settledCount)
      throw new Error(`${wanted} translations left ${tensorCount - settledCount} tensors behind.`);
    return [
      first.measurement,
      {
        what: `A target token, whole sentence to Ready (${wantedTokensPerSecond} a second)`,
        samples: perToken,
        drawn: perToken,
        goal: Math.round(10_000 / wantedTokensPerSecond) / 10,
        goalFor: 'painted',
        longTasks: [],
      },
    ];
  },
};
