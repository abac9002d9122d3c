// Drives the Translation workspace as a visitor does: by role and name.

/**
 * @typedef {import('@playwright/test').Page} Page
 * @typedef {import('./scenario.mjs').Bench} Bench
 * @typedef {import('./probe.d.ts').Measured} Measured
 */

export const alignment = 'Alignment matrix';
export const targetTokens = 'Target tokens';

/** The end of a sentence stops what a model of few epochs would go on with. */
export const sentences = [
  'A man in a blue shirt is standing on a ladder.',
  'She told me that the train was late again.',
  'Two young girls are playing with a red ball in the park.',
  'I would like to know where you bought that book.',
  'The dog runs through the snow with a stick in its mouth.',
  'We were waiting for you at the station yesterday evening.',
  'My brother has never been to a foreign country.',
  'An old woman is selling vegetables at a small market.',
  'Tom does not understand why his friends are angry.',
  'People are sitting in front of a café and drinking coffee.',
];

/** Of about 60 tokens, and about as many in French. */
export const longSentence =
  'In the middle of the night, when all the lights in the little village were out and nobody was ' +
  'walking on the street, an old man with a long grey coat came out of his house, looked at the ' +
  'stars above the dark mountains, and asked himself why he had never left this place.';

/**
 * Opens the workspace with greedy decoding and waits until its sample is translated.
 * @param {Page} page
 * @param {Bench} bench
 */
export async function openTranslation(page, { address, search, backends }) {
  await page.goto(`${address}${search}#/translation?beam=1`);
  await page.evaluate(() => probe.whenReady());
  const chip = page.getByRole('button', { name: /^(WebGPU|WASM|CPU)/ });
  backends.add((await chip.innerText()).replaceAll(/\s+/g, ' ').replace(/ · .*/, '').trim());
}

/**
 * Writes a text and asks for its translation at once, before typing counts as rested.
 * @param {Page} page
 * @param {string} text
 * @returns {Promise<Measured>} counted from letting go of the button
 */
export async function translate(page, text) {
  await page.getByRole('textbox', { name: 'Source text' }).fill(text);
  await page.evaluate((name) => probe.expect('pointerup', name), targetTokens);
  await page.getByRole('button', { name: 'Translate', exact: true }).click();
  return page.evaluate(() => probe.whenReady());
}

/**
 * How many tokens a text is made of, its end counted.
 * @param {Page} page
 * @param {'Source tokens' | 'Target tokens'} name
 */
export function countTokens(page, name) {
  return page.getByRole('group', { name }).locator('[data-token]').count();
}
