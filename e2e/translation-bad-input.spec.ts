import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { collectFaults } from './support/vision-page.ts';
import {
  openTranslation,
  ready,
  sourceText,
  targetText,
  translate,
} from './support/translation-page.ts';

test('nothing to translate and far too much are refused in a sentence', async ({ page }) => {
  await openTranslation(page);
  const faults = collectFaults(page);
  const before = await targetText(page).inputValue();
  for (const blank of ['', '   \n\t ', '\u200b\u202e\u2066']) {
    await translate(page, blank);
    await expect(page.getByRole('alert')).toContainText('There is no text to translate yet');
    await expect(targetText(page)).toHaveValue(before);
  }
  await translate(page, 'All work and no play. '.repeat(4600));
  await expect(page.getByRole('alert')).toContainText('at most 2,000 characters');
  await expect(targetText(page)).toHaveValue(before);
  await translate(page, 'A dog runs.');
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(faults).toEqual([]);
});

const odd: readonly (readonly [name: string, text: string])[] = [
  ['emoji alone', '🙂👩‍🚀🎉'],
  ['a script that the vocabulary never saw', 'ᚠᛇᚻ᛫ᛒᛦᚦ ⵣⵉⵎⴰⵣⵉⵖⵏ'],
  ['control characters', 'A dog\u0000\u0007 runs\u001b[31m away.'],
  ['bidirectional marks', 'A \u202edog\u202c runs \u2067away\u2069.'],
  ['a lone surrogate', 'A dog \ud83d runs.'],
  ['a long word', 'a'.repeat(300)],
];

for (const [name, text] of odd)
  test(`${name}: a translation or a sentence, and nothing thrown`, async ({ page }) => {
    await openTranslation(page);
    const faults = collectFaults(page);
    await sourceText(page).evaluate((element, typed) => {
      if (!(element instanceof HTMLTextAreaElement)) throw new Error('no text area');
      // As React hears a paste; `fill` does not let a lone surrogate through.
      const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set;
      setter?.call(element, typed);
      element.dispatchEvent(new Event('input', { bubbles: true }));
    }, text);
    await ready(page);
    expect(faults).toEqual([]);
    const alerts = await page.getByRole('alert').allTextContents();
    if (alerts.length > 0) expect(alerts[0]).toMatch(/^[A-Z].*\.$/);
    else await expect(page.getByLabel('Alignment matrix', { exact: true })).toBeVisible();
  });

test('markup is text', async ({ page }) => {
  await openTranslation(page);
  const markup = '<script>document.title = "pwned"</script><img src=x onerror="alert(1)"> a dog';
  await translate(page, markup);
  await expect(sourceText(page)).toHaveValue(markup);
  await expect(page.getByRole('group', { name: 'Source tokens' })).toContainText('<script>');
  expect(await page.title()).toContain('Translation');
  await expect(page.locator('main img, main script')).toHaveCount(0);
});

test('of 50 keystrokes in 2 seconds the last one counts', async ({ page }) => {
  await openTranslation(page);
  const faults = collectFaults(page);
  await sourceText(page).fill('');
  const text = 'A young woman is reading a book in the quiet park now';
  await sourceText(page).pressSequentially(text.slice(0, 50), { delay: 40 });
  await ready(page);
  await expect(sourceText(page)).toHaveValue(text.slice(0, 50));
  const typed = await targetText(page).inputValue();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.getByRole('button', { name: 'Translate' }).click();
  await ready(page);
  await expect(targetText(page)).toHaveValue(typed);
  expect(faults).toEqual([]);
});

test('a missing tokenizer is said in a sentence', async ({ page }) => {
  await page.route('**/models/heed-marian-en-fr/tokenizer.json', (route) =>
    route.fulfill({ status: 404, body: 'not found' }),
  );
  await page.goto('./?backend=wasm#/translation');
  await expect(page.getByRole('alert')).toContainText(/tokenizer\.json/, { timeout: 60_000 });
  await expect(page.getByRole('status')).toContainText('Nothing to show');
});

test('a checkpoint changed to a token outside the vocabulary is refused as damaged', async ({
  page,
}) => {
  const file = new URL(
    '../public/models/heed-marian-en-fr/generation_config.json',
    import.meta.url,
  );
  const config: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof config !== 'object' || config === null)
    throw new Error('the configuration is no object');
  await page.route('**/models/heed-marian-en-fr/generation_config.json', (route) =>
    route.fulfill({ json: { ...config, decoder_start_token_id: 9999 } }),
  );
  await page.goto('./?backend=wasm#/translation');
  await expect(page.getByRole('alert')).toContainText(/file of the model is damaged/, {
    timeout: 60_000,
  });
  await expect(page.getByRole('status')).toContainText('Nothing to show');
});
