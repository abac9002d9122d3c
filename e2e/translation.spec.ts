import { expect, test } from '@playwright/test';
import { collectFaults } from './support/vision-page.ts';
import {
  matrix,
  openTranslation,
  ready,
  sourceText,
  targetText,
  translate,
} from './support/translation-page.ts';

test('the first visit translates the first sample by itself', async ({ page }) => {
  const faults = collectFaults(page);
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await openTranslation(page);
  // What the other workspace needs is left alone.
  expect(requests.filter((address) => /heed-vit|samples/.test(address))).toEqual([]);
  await expect(page.getByRole('tab', { name: 'Translation' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await expect(targetText(page)).not.toHaveValue('');
  await expect(matrix(page)).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Heads' }).getByRole('gridcell')).not.toHaveCount(0);
  await expect(page.getByRole('list', { name: 'Samples' }).getByRole('listitem')).toHaveCount(9);
  await expect(page.getByRole('status')).toHaveCount(1);
  expect(faults).toEqual([]);
});

test('what is typed is translated when typing rests, or at once by the button', async ({
  page,
}) => {
  await openTranslation(page);
  const first = await targetText(page).inputValue();
  await translate(page, 'A man is sleeping.');
  await expect(targetText(page)).not.toHaveValue(first);
  const second = await targetText(page).inputValue();
  await sourceText(page).fill('Two women are singing.');
  await page.getByRole('button', { name: 'Translate' }).click();
  await ready(page);
  await expect(targetText(page)).not.toHaveValue(second);
});

test('rows of the matrix sum to 1, with and without merged words', async ({ page }) => {
  await openTranslation(page);
  for (const isMerged of [true, false]) {
    const merge = page.getByRole('switch', { name: 'Merge subwords' });
    if (!isMerged) await merge.click();
    await expect(merge).toBeChecked({ checked: isMerged });
    await page.getByRole('button', { name: 'Save the heads' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /Map and weights/ }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk));
    const json: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const { shape, values } = json as { shape: number[]; values: number[] };
    const columns = shape.at(-1) ?? 0;
    expect(values.length).toBe(shape.reduce((product, size) => product * size, 1));
    for (let start = 0; start < values.length; start += columns) {
      const sum = values.slice(start, start + columns).reduce((total, value) => total + value, 0);
      expect(sum).toBeCloseTo(1, 3);
    }
  }
});

test('stack, layer and head are chosen and said in words', async ({ page }) => {
  await openTranslation(page);
  const layer = page.getByRole('slider', { name: 'Layer', exact: true });
  const head = page.getByRole('slider', { name: 'Head', exact: true });
  await layer.fill('1');
  await head.fill('2');
  await expect(page.getByText('layer 1, head 2', { exact: true })).toBeVisible();
  await page.keyboard.press(']');
  await page.keyboard.press('.');
  await expect(page.getByText('layer 2, head 3', { exact: true })).toBeVisible();
  const attention = page.getByRole('combobox', { name: 'Attention' });
  await attention.selectOption('Encoder self-attention');
  await expect(page.getByText('layer 1, head 1', { exact: true })).toBeVisible();
  await expect(matrix(page)).toBeVisible();
  await attention.selectOption('Decoder self-attention');
  await expect(matrix(page)).toBeVisible();
  await attention.selectOption('Cross-attention');
  await expect(page.getByText('layer 2, head 3', { exact: true })).toBeVisible();
});

test('hover and arrow keys link the texts and the matrix', async ({ page }) => {
  await openTranslation(page);
  const words = page.getByText(/looked (most )?at|was looked at/);
  const before = await words.textContent();
  await page.keyboard.press('ArrowRight');
  await expect(words).not.toHaveText(before ?? '');
  await page.getByRole('group', { name: 'Source tokens' }).locator('[data-token="1"]').hover();
  await expect(words).toContainText('was looked at most by');
});

test('the step player walks the tokens, and another token changes the rest', async ({ page }) => {
  await openTranslation(page);
  const before = await targetText(page).inputValue();
  await page.getByRole('button', { name: 'Step forward' }).click();
  await page.getByRole('button', { name: 'Step back' }).click();
  const candidates = page.getByRole('list', { name: 'Next token' }).getByRole('button');
  await expect(candidates).toHaveCount(5);
  await candidates.nth(2).click();
  await expect(page.getByText('You chose a token')).toBeVisible();
  await ready(page);
  await expect(targetText(page)).not.toHaveValue(before);
  await page.getByRole('button', { name: 'Back to the model’s own' }).click();
  await ready(page);
  await expect(targetText(page)).toHaveValue(before);
});

test('a target of one’s own is scored token by token', async ({ page }) => {
  await openTranslation(page);
  const own = 'Le chien est bleu.';
  await targetText(page).fill(own);
  await expect(page.getByText('You wrote this')).toBeVisible();
  await ready(page);
  await expect(targetText(page)).toHaveValue(own);
  await expect(page.getByText(/Log probability −\d/)).toBeVisible();
  await expect(matrix(page)).toBeVisible();
});

test('every hypothesis of the beam has its own alignment', async ({ page }) => {
  await openTranslation(page);
  const hypotheses = page.getByRole('list', { name: 'Hypotheses' }).getByRole('button');
  await expect(hypotheses).toHaveCount(4);
  await hypotheses.nth(1).click();
  await expect(hypotheses.nth(1)).toHaveAttribute('aria-pressed', 'true');
  await expect(matrix(page)).toBeVisible();
  await page.getByRole('slider', { name: 'Beam size' }).fill('2');
  await expect(hypotheses).toHaveCount(2);
  await ready(page);
});

test('several sentences are translated one by one', async ({ page }) => {
  await openTranslation(page);
  await page.getByRole('button', { name: 'Several sentences' }).click();
  const sentences = page.getByRole('list', { name: 'Sentences' }).getByRole('button');
  await expect(sentences).toHaveCount(3);
  await ready(page);
  expect((await targetText(page).inputValue()).split('\n')).toHaveLength(3);
  await sentences.nth(2).click();
  await expect(page.getByRole('group', { name: 'Source tokens' })).toContainText('Nobody');
});

test('ribbons show the same head', async ({ page }) => {
  await openTranslation(page);
  await page.getByRole('radio', { name: 'Ribbons' }).check();
  await expect(page.getByLabel('Ribbons', { exact: true }).last()).toBeVisible();
  await page.getByRole('radio', { name: 'Top of each token' }).check();
  await page.getByRole('slider', { name: 'Lines a token' }).fill('3');
  await expect(page).toHaveURL(/ribbonCount=3/);
});

test('two matrices stand beside each other', async ({ page }) => {
  await openTranslation(page);
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(page.getByLabel('Compared matrix', { exact: true })).toBeVisible();
  await ready(page);
  const compared = page.getByRole('combobox', { name: 'Compared model' });
  await expect(compared).toHaveValue('heed-gru-en-fr');
  await compared.selectOption('Transformer, English → French');
  await ready(page);
  await page.getByRole('slider', { name: 'Compared head' }).fill('4');
  await expect(page.getByText(/head 4$/)).toBeVisible();
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(page.getByLabel('Compared matrix', { exact: true })).toHaveCount(0);
});

test('a link holds text, beam, stack, layer, head and view', async ({ page }) => {
  await openTranslation(
    page,
    'text=A+dog+runs.&model=heed-marian-en-fr&beam=2&stack=encoder&layer=3&head=2&view=ribbons',
  );
  await expect(sourceText(page)).toHaveValue('A dog runs.');
  await expect(page.getByRole('slider', { name: 'Beam size' })).toHaveValue('2');
  await expect(page.getByText('layer 3, head 2', { exact: true })).toBeVisible();
  await expect(page.getByRole('radio', { name: 'Ribbons' })).toBeChecked();
  await translate(page, 'A cat sleeps.');
  await expect(page).toHaveURL(/text=A\+cat\+sleeps/);
});

test('the workspaces keep their state when the tab changes', async ({ page }) => {
  await openTranslation(page);
  await translate(page, 'A dog runs.');
  const target = await targetText(page).inputValue();
  await page.getByRole('tab', { name: 'Vision' }).click();
  await expect(page.getByRole('img', { name: 'Attention overlay' })).toBeVisible();
  await ready(page);
  await page.getByRole('tab', { name: 'Translation' }).click();
  await expect(targetText(page)).toHaveValue(target);
  await translate(page, 'A cat sleeps.');
  await expect(targetText(page)).not.toHaveValue(target);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('help lists this workspace’s keys', async ({ page }) => {
  await openTranslation(page);
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toContainText('Merge subwords');
});
