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

test('the recurrent model translates, and has one cross-attention alone', async ({ page }) => {
  const faults = collectFaults(page);
  await openTranslation(page);
  await page
    .getByRole('combobox', { name: 'Model', exact: true })
    .selectOption('Recurrent, English → French');
  await ready(page);
  await translate(page, 'A man is reading a book.');
  await expect(targetText(page)).toHaveValue(/homme.*livre/);
  await expect(matrix(page)).toBeVisible();
  await expect(page.getByText('its only matrix (AER 38.9 %)', { exact: true })).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Heads' }).getByRole('gridcell')).toHaveCount(1);
  const attention = page.getByRole('combobox', { name: 'Attention' });
  await expect(attention.getByRole('option', { name: 'Encoder self-attention' })).toBeDisabled();
  await expect(attention.getByRole('option', { name: 'Decoder self-attention' })).toBeDisabled();
  expect(faults).toEqual([]);
});

test('Transformer and recurrent model stand beside each other', async ({ page }) => {
  await openTranslation(page);
  await translate(page, 'Two dogs are running in the snow.');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await ready(page);
  await expect(page.getByRole('combobox', { name: 'Compared model' })).toHaveValue(
    'heed-gru-en-fr',
  );
  await expect(page.getByLabel('Compared matrix', { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/compare=heed-gru-en-fr/);
});

test('the other direction brings its own samples', async ({ page }) => {
  await openTranslation(page);
  await page
    .getByRole('combobox', { name: 'Model', exact: true })
    .selectOption('Transformer, French → English');
  await expect(sourceText(page)).toHaveValue(/voiture/);
  await ready(page);
  await expect(targetText(page)).toHaveValue(/car/);
  await translate(page, 'Un homme lit un livre.');
  await expect(targetText(page)).toHaveValue(/man.*book/);
});
