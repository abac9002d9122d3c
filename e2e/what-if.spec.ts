import { expect, test } from '@playwright/test';
import {
  changedRows,
  chooseLens,
  headToggle,
  isChanged,
  isUnchanged,
  watchTop,
  whatChanged,
} from './support/what-if.ts';
import { collectFaults, openVision, ready, topPrediction, words } from './support/vision-page.ts';

test('a head switched off really changes the run, and reset brings it back', async ({ page }) => {
  const faults = collectFaults(page);
  await openVision(page);
  await isUnchanged(page);
  const before = await topPrediction(page).textContent();
  const toggle = headToggle(page, 1, 5);
  await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  const tops = await watchTop(page.getByRole('grid', { name: 'Heads' }));
  await toggle.click();
  await isChanged(page);
  await expect(toggle).toHaveAttribute('aria-pressed', 'false');
  expect(await tops(), 'nothing moves while the model runs').toHaveLength(1);
  // Switching selects nothing; a click on the cell still does.
  await expect(page.getByRole('slider', { name: 'Layer', exact: true })).toHaveValue('3');
  const cell = page.getByRole('grid', { name: 'Heads' }).getByRole('gridcell').nth(5);
  await cell.click();
  await expect(page.getByRole('slider', { name: 'Layer', exact: true })).toHaveValue('1');
  await expect(page.getByRole('slider', { name: 'Head', exact: true })).toHaveValue('6');
  await expect(headToggle(page, 1, 6)).toHaveAttribute('aria-pressed', 'true');
  const [first] = await changedRows(page);
  expect(before).toContain(first?.[0]);
  expect(before).toContain(first?.[1]);
  expect(first?.[2]).not.toBe(first?.[1]);
  await expect(topPrediction(page)).not.toHaveText(before ?? '');
  await expect(whatChanged(page)).toContainText('Total variation');
  await expect(whatChanged(page)).toContainText('bits');
  await expect(words(page)).toContainText('With your changes');
  await page.getByRole('button', { name: 'Reset changes' }).click();
  await isUnchanged(page);
  await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  await expect(topPrediction(page)).toHaveText(before ?? '');
  expect(faults).toEqual([]);
});

test('changes are undone and done again by button and by key', async ({ page }) => {
  await openVision(page);
  await headToggle(page, 2, 1).click();
  await isChanged(page);
  await page.getByRole('slider', { name: 'Output' }).fill('0.5');
  const list = page.getByRole('list', { name: 'Changes' });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await expect(list).toContainText('Layer 3, head 4: output × 0.5');
  await page.keyboard.press('Control+z');
  await expect(list.getByRole('listitem')).toHaveCount(1);
  await page.getByRole('button', { name: 'Undo' }).click();
  await isUnchanged(page);
  await expect(page.getByRole('button', { name: 'Undo' })).toBeDisabled();
  await page.keyboard.press('Control+Shift+z');
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await isChanged(page);
});

test('a link holds the changes and the label', async ({ page, context }) => {
  await openVision(page);
  await headToggle(page, 4, 2).click();
  await isChanged(page);
  await page.getByRole('combobox', { name: 'Weights' }).selectOption('Permuted');
  await page.getByRole('list', { name: 'Predictions' }).getByRole('button').nth(1).click();
  await expect(page).toHaveURL(/target=\d+&heads=3\.4p1_4\.2x0/);
  await ready(page);
  const rows = await changedRows(page);
  const other = await context.newPage();
  await other.goto(page.url());
  await isChanged(other);
  expect(await changedRows(other)).toEqual(rows);
  await expect(headToggle(other, 4, 2)).toHaveAttribute('aria-pressed', 'false');
  await expect(
    other.getByRole('list', { name: 'Predictions' }).getByRole('button', { pressed: true }),
  ).toHaveCount(1);
});

test('heads are replaced, whole layers go off, and one head stays alone', async ({ page }) => {
  await openVision(page);
  const weights = page.getByRole('combobox', { name: 'Weights' });
  const seen = new Set<string>();
  for (const kind of ['Uniform', 'One-hot', 'With temperature', 'Permuted']) {
    await weights.selectOption(kind);
    await isChanged(page);
    await expect(words(page)).toContainText('With your changes');
    seen.add((await words(page).textContent()) ?? '');
  }
  // Every replacement gives the head another map.
  expect(seen.size).toBe(4);
  await weights.selectOption('Its own');
  await isUnchanged(page);
  await page.getByRole('button', { name: 'Switch layer 3 off' }).click();
  await expect(page.getByRole('list', { name: 'Changes' })).toContainText(
    'Layer 3, all heads: off',
  );
  await page.getByRole('button', { name: 'Switch layer 3 on' }).click();
  await isUnchanged(page);
  await page.getByRole('button', { name: 'Only this head on' }).click();
  const grid = page.getByRole('grid', { name: 'Heads' });
  await expect(grid.getByRole('button', { pressed: true })).toHaveCount(1);
  await headToggle(page, 3, 4).click();
  await expect(whatChanged(page)).toContainText('All heads are off');
  await ready(page);
  for (const row of await changedRows(page)) expect(row[2]).toMatch(/^\d+\.\d %$/);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('weights of another picture take a head’s place while it is compared', async ({ page }) => {
  await openVision(page);
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByRole('combobox', { name: 'Compared picture' }).selectOption('Cat');
  await ready(page);
  await expect(page.getByRole('region', { name: 'Comparison' })).toContainText('%');
  await page.getByRole('combobox', { name: 'Weights' }).selectOption('Of the compared picture');
  await isChanged(page);
  await page.getByRole('combobox', { name: 'Compared picture' }).selectOption('The same picture');
  await expect(page.getByRole('status')).toContainText('No other picture is compared');
});

test('patches are hidden by painting and by keys, and hatched', async ({ page }) => {
  await openVision(page);
  await page.getByRole('button', { name: 'Hide patches' }).click();
  const painter = page.getByRole('application', { name: /Hide patches/ });
  /** The middle of a patch, wherever the page is scrolled to. A run's words move the picture down. */
  const at = async (column: number, row: number): Promise<[number, number]> => {
    await expect(page.getByRole('status')).toHaveText(/^Ready/);
    const box = await painter.boundingBox();
    if (!box) throw new Error('the painter has no box');
    // The cup is cropped to its middle square.
    const left = box.x + (box.width - box.height) / 2;
    return [left + (box.height * (column + 0.5)) / 16, box.y + (box.height * (row + 0.5)) / 16];
  };
  await page.mouse.move(...(await at(2, 2)));
  await page.mouse.down();
  await page.mouse.move(...(await at(6, 2)));
  await page.mouse.up();
  const list = page.getByRole('list', { name: 'Changes' });
  await expect(list).toContainText('5 patches hidden');
  await isChanged(page);
  await painter.focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await expect(list).toContainText('6 patches hidden');
  // Arrow keys paint here; they do not move the query.
  await expect(words(page)).toContainText('Query [CLS]');
  await page.mouse.click(...(await at(4, 2)));
  await expect(list).toContainText('5 patches hidden');
  await page.keyboard.press('Control+z');
  await expect(list).toContainText('6 patches hidden');
  await expect(page).toHaveURL(/hidden=/);
});

test('an edge is cut from the query to a key, and mended', async ({ page }) => {
  await openVision(page);
  const cut = page.getByRole('button', { name: 'Cut this edge' });
  await expect(cut).toBeDisabled();
  await page.getByRole('combobox', { name: /→ key/ }).selectOption('patch row 7, column 12');
  await cut.click();
  const list = page.getByRole('list', { name: 'Changes' });
  await expect(list).toContainText('[CLS] no longer sees patch row 7, column 12');
  await isChanged(page);
  await expect(cut).toBeDisabled();
  // The strongest key was cut: another one is the strongest now.
  await expect(words(page)).not.toContainText('attends most to patch row 7, column 12');
  await list.getByRole('button', { name: /Take back/ }).click();
  await isUnchanged(page);
  // A click in the matrix pins a cell.
  await page.getByRole('img', { name: 'Attention matrix' }).click({ position: { x: 150, y: 150 } });
  await expect(cut).toBeEnabled();
});

test('every patch hidden and odd links are said, and never crash', async ({ page }) => {
  const faults = collectFaults(page);
  await openVision(page, 'hidden=1-256&target=99999&heads=9.9x0_bogus&cuts=1.1.5');
  await expect(page.getByRole('status')).toContainText('label that heed-vit does not have');
  await expect(page.getByRole('status')).toContainText('3 changes of the link do not fit');
  await expect(whatChanged(page)).toContainText('Every patch is hidden');
  for (const row of await changedRows(page)) expect(row[2]).toMatch(/^\d+\.\d %$/);
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(faults).toEqual([]);
});

test('the compare pane shows the run without the changes', async ({ page }) => {
  await openVision(page);
  await headToggle(page, 1, 5).click();
  await isChanged(page);
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  const comparison = page.getByRole('region', { name: 'Comparison' });
  await expect(comparison).toContainText('Layer 3, head 4');
  await expect(comparison).not.toContainText('With your changes');
  await expect(words(page)).toContainText('With your changes');
});

test('tensors stay as many through changes', async ({ page }) => {
  await openVision(page);
  const count = async (): Promise<string> => {
    await page.getByRole('button', { name: /WASM/ }).click();
    const figures = page.getByLabel('Engine figures');
    await expect(figures).toContainText(/Tensors\d+/);
    const text = (await figures.textContent()) ?? '';
    await page.keyboard.press('Escape');
    return /Tensors(\d+)/.exec(text)?.[1] ?? '';
  };
  await headToggle(page, 1, 1).click();
  await isChanged(page);
  const before = await count();
  for (const head of [2, 3, 4]) {
    await headToggle(page, 1, head).click();
    await ready(page);
  }
  await expect.poll(count).toBe(before);
});

test('lenses for a label follow the prediction that is clicked', async ({ page }) => {
  await openVision(page);
  await chooseLens(page, 'Relevance');
  const said = page.getByText(/the largest value is at/).first();
  await expect(said).toBeVisible();
  const first = await said.textContent();
  await page.getByRole('list', { name: 'Predictions' }).getByRole('button').nth(1).click();
  await expect(said).not.toHaveText(first ?? '');
  const target = page.getByRole('combobox', { name: 'Target class' });
  await target.click();
  await page.keyboard.type('tabby');
  await page.keyboard.press('Enter');
  await expect(said).toContainText('tabby');
  await page.getByRole('button', { name: 'Follow the best prediction' }).click();
  await expect(said).toHaveText(first ?? '');
});
