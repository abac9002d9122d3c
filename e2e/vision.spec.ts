import { expect, test } from '@playwright/test';
import {
  collectFaults,
  openVision,
  ready,
  topPrediction,
  upload,
  words,
} from './support/vision-page.ts';
import { fixtureFile, png, sampleFile, withOrientation } from './support/pictures.ts';

test('the first visit shows the first sample’s attention by itself', async ({ page }) => {
  const faults = collectFaults(page);
  await openVision(page);
  await expect(page.getByRole('tab', { name: 'Vision' })).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('img', { name: 'Attention overlay' })).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Heads' }).getByRole('gridcell')).toHaveCount(36);
  await expect(page.getByRole('list', { name: 'Samples' }).getByRole('listitem')).toHaveCount(11);
  await expect(page.getByRole('list', { name: 'Predictions' }).getByRole('listitem')).toHaveCount(
    5,
  );
  await expect(page.getByLabel('Attention matrix')).toBeVisible();
  await expect(page.locator('input[type=file]')).toHaveCount(1);
  expect(faults).toEqual([]);
});

test('layer and head are chosen by slider, by key and in the grid, and agree', async ({ page }) => {
  await openVision(page);
  const layer = page.getByRole('slider', { name: 'Layer', exact: true });
  const head = page.getByRole('slider', { name: 'Head', exact: true });
  await layer.fill('4');
  await head.fill('2');
  await expect(words(page)).toContainText('Layer 4, head 2');
  await page.keyboard.press(']');
  await page.keyboard.press('.');
  await expect(layer).toHaveValue('5');
  await expect(words(page)).toContainText('Layer 5, head 3');
  await page
    .getByRole('grid', { name: 'Heads' })
    .getByRole('button', { name: /layer 2, head 6/i })
    .click();
  await expect(layer).toHaveValue('2');
  await expect(head).toHaveValue('6');
});

test('the query is a click on the picture or an arrow key', async ({ page }) => {
  await openVision(page);
  await expect(words(page)).toContainText('Query [CLS]');
  const overlay = page.getByRole('img', { name: 'Attention overlay' });
  const box = await overlay.boundingBox();
  if (!box) throw new Error('the overlay has no box');
  // The cup is cropped to its middle square, which is as high as the picture.
  const side = box.height;
  const left = box.x + (box.width - side) / 2;
  await page.mouse.click(left + side * (2.5 / 16), box.y + side * (5.5 / 16));
  await expect(words(page)).toContainText('Query patch row 6, column 3');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect(words(page)).toContainText('Query patch row 7, column 4');
  await page.keyboard.press('Escape');
  await expect(words(page)).toContainText('Query [CLS]');
});

test('rollout is one key away, and its settings change the map', async ({ page }) => {
  await openVision(page);
  const before = await words(page).textContent();
  await page.keyboard.press('r');
  await expect(page.getByRole('combobox', { name: 'Lens', exact: true })).toHaveValue('rollout');
  await expect(words(page)).toContainText('Rollout');
  const rollout = await words(page).textContent();
  expect(rollout).not.toBe(before);
  await page.getByRole('combobox', { name: 'Head fusion', exact: true }).selectOption('Max');
  await expect(words(page)).not.toHaveText(rollout ?? '');
});

test('“attended by” shows the column', async ({ page }) => {
  await openVision(page);
  await page.keyboard.press('ArrowDown');
  await expect(words(page)).toContainText('attends most to');
  await page.getByRole('radio', { name: 'Attended by' }).check();
  await expect(words(page)).toContainText('is attended most by');
});

test('every kind of picture opens', async ({ page }) => {
  await openVision(page);
  const files = [
    png('clear.png', 40, 30, 'rgba', (x, y) => [x * 6, y * 8, 0, x < 20 ? 0 : 255]),
    png('grey.png', 33, 57, 'grey', (x, y) => [(x * y) % 256]),
    sampleFile('rocket'),
    fixtureFile('cat.webp', 'image/webp'),
    fixtureFile('cat.avif', 'image/avif'),
    fixtureFile('cat.bmp', 'image/bmp'),
  ];
  for (const file of files) {
    const before = await topPrediction(page).textContent();
    await upload(page, file);
    await expect(topPrediction(page), file.name).not.toHaveText(before ?? '');
    await ready(page);
    await expect(page.getByRole('alert')).toHaveCount(0);
  }
});

test('a photograph on its side is turned upright', async ({ page }) => {
  await openVision(page);
  const file = sampleFile('temple');
  const before = await topPrediction(page).textContent();
  await upload(page, file);
  await expect(topPrediction(page)).not.toHaveText(before ?? '');
  const upright = await page.getByRole('img', { name: 'Attention overlay' }).boundingBox();
  await upload(page, withOrientation(file, 6));
  // Wider than high becomes higher than wide.
  await expect
    .poll(async () => {
      const box = await page.getByRole('img', { name: 'Attention overlay' }).boundingBox();
      return box && upright
        ? box.width / box.height < 1 && upright.width / upright.height > 1
        : false;
    })
    .toBe(true);
});

test('a link restores everything but an uploaded picture', async ({ page, context }) => {
  await openVision(page);
  await page.getByRole('button', { name: 'Dahlia' }).click();
  await expect(page).toHaveURL(/sample=dahlia/);
  await page.getByRole('slider', { name: 'Layer', exact: true }).fill('5');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('r');
  await page.getByRole('combobox', { name: 'Head fusion', exact: true }).selectOption('Min');
  await expect(words(page)).toContainText('Rollout, min of all heads');
  await page.getByRole('combobox', { name: 'Scale', exact: true }).selectOption('Log');
  const said = await words(page).textContent();
  await expect(page).toHaveURL(/rollout\.fusion=min.*scale=log/);
  const other = await context.newPage();
  await other.goto(page.url());
  await ready(other);
  await expect(words(other)).toHaveText(said ?? '');
  await expect(other.getByRole('combobox', { name: 'Scale', exact: true })).toHaveValue('log');
  await expect(other.getByRole('button', { name: 'Dahlia' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});

test('a broken link opens the page with initial values', async ({ page }) => {
  await openVision(
    page,
    'sample=nothing&layer=99&head=-1&query=1e9&lens=telepathy&fit=1,2&opacity=x',
  );
  await expect(words(page)).toContainText('Query [CLS]');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('two maps stand side by side', async ({ page }) => {
  await openVision(page);
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(page.getByRole('img', { name: 'Compared overlay' })).toBeVisible();
  await page.getByRole('combobox', { name: 'Compared picture' }).selectOption('Cat');
  await ready(page);
  const comparison = page.getByRole('region', { name: 'Comparison' });
  await expect(comparison).toContainText('Rollout, mean of all heads');
  await comparison.getByRole('combobox', { name: 'Compared lens' }).selectOption('Raw attention');
  await page.getByRole('slider', { name: 'Compared layer' }).fill('6');
  await expect(comparison).toContainText('Layer 6');
  await expect(page).toHaveURL(/compare\.layer=6.*compare\.sample=cat/);
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Upload another' }).click();
  await (await chooser).setFiles([sampleFile('rocket')]);
  await expect(page.getByRole('combobox', { name: 'Compared picture' })).toHaveValue('own');
  await expect(page.getByRole('button', { name: 'Cup of coffee', exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await expect(page.getByRole('img', { name: 'Compared overlay' })).toHaveCount(0);
});

test('the fit changes what the model sees', async ({ page }) => {
  await openVision(page);
  const cropped = await topPrediction(page).textContent();
  for (const fit of ['Pad', 'Stretch']) {
    await page.getByRole('radio', { name: fit }).check();
    await expect(topPrediction(page)).not.toHaveText(cropped ?? '');
    await ready(page);
  }
  await page.getByRole('radio', { name: 'Draw' }).check();
  await expect(topPrediction(page)).toHaveText(cropped ?? '');
  const region = page.getByRole('button', { name: /Crop region/ });
  await region.focus();
  for (let i = 0; i < 20; i += 1) await page.keyboard.press('ArrowLeft');
  await expect(topPrediction(page)).not.toHaveText(cropped ?? '');
});

test('the header tells backend and times', async ({ page }) => {
  await openVision(page);
  await page.getByRole('button', { name: /WASM/ }).click();
  const figures = page.getByLabel('Engine figures');
  for (const name of ['Warm-up', 'Run, p50', 'Run, p95', 'Tensors'])
    await expect(figures).toContainText(name);
  await expect(figures).toContainText(/Tensors\d+/);
});
