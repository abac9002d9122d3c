import { expect, test } from '@playwright/test';
import { save } from './support/saved-files.ts';
import { headToggle, isChanged } from './support/what-if.ts';
import { openVision } from './support/vision-page.ts';

// Hundreds of forward passes; a busy machine takes its time.
test.describe.configure({ timeout: 300_000 });
const longWait = { timeout: 240_000 };

const lensNames = [
  'Raw attention',
  'Rollout',
  'Gradient rollout',
  'Relevance',
  'Value-norm',
  'Input gradient',
  'Integrated gradients',
  'Occlusion',
  'Random',
];

test('the select has every lens, and each is one click from its formula', async ({ page }) => {
  await openVision(page);
  const lens = page.getByRole('combobox', { name: 'Lens', exact: true });
  await expect(lens.getByRole('option')).toHaveText(lensNames);
  for (const name of lensNames) {
    const option = lens.getByRole('option', { name, exact: true });
    if (await option.isDisabled()) {
      expect(await option.getAttribute('title')).toBeTruthy();
      continue;
    }
    if (name === 'Occlusion') continue;
    await lens.selectOption(name);
    await page.getByRole('button', { name: 'Formula and limits' }).click();
    await expect(page.getByRole('region', { name: 'Formula and limits' })).toContainText('Source:');
    await page.keyboard.press('Escape');
    // Some run the model many times.
    const said = page.getByText(new RegExp(`${name}[.,]`, 'i')).first();
    await expect(said).toBeVisible({ timeout: 60_000 });
  }
});

test('curves, figures, a verdict and files of the map in view', async ({ page }) => {
  await openVision(page);
  await page.keyboard.press('r');
  await page.getByRole('button', { name: 'Measure faithfulness' }).click();
  await expect(page.getByRole('progressbar', { name: 'Measuring' })).toBeVisible();
  await expect(page.getByRole('figure', { name: 'Deletion curve' })).toBeVisible(longWait);
  await expect(page.getByRole('figure', { name: 'Insertion curve' })).toBeVisible();
  await expect(page.getByText(/Rollout.* (beats|does not beat) random orders on/)).toBeVisible();
  for (const name of ['Deletion area', 'Insertion area', 'Comprehensiveness', 'Sufficiency']) {
    await page.getByRole('button', { name, exact: true }).click();
    await expect(page.getByRole('region', { name, exact: true })).toContainText('is good');
    await page.keyboard.press('Escape');
  }
  // Every patch is left out in turn only after the curves are shown.
  await expect(page.getByText('Kendall’s τ between this map and occlusion')).toBeVisible(longWait);
  const json = JSON.parse((await save(page, 'Save the curves', /JSON/)).data.toString());
  expect(json.shares).toHaveLength(33);
  expect(json.shares[0]).toBe(0);
  expect(json.shares[32]).toBe(1);
  expect(json.random).toHaveLength(10);
  expect(json.maps[0].lens).toBe('rollout');
  // Both curves run between the whole picture and none of it.
  expect(json.maps[0].deletion[0]).toBeCloseTo(json.maps[0].insertion[32], 4);
  expect(json.maps[0].deletion[32]).toBeCloseTo(json.maps[0].insertion[0], 4);
  const csv = (await save(page, 'Save the curves', /CSV/)).data.toString();
  expect(csv.trim().split('\r\n')).toHaveLength(34);
  const svg = (await save(page, 'Save the curves', /SVG/)).data.toString();
  for (const text of ['Deletion curve', 'Insertion curve', '100 %', 'probability'])
    expect(svg).toContain(text);
  // Another map in view: the figures say that they are not of it.
  await page.keyboard.press('r');
  await expect(page.getByText('The page shows something else by now')).toBeVisible();
});

test('a measurement cancelled half-way leaves the last figures', async ({ page }) => {
  await openVision(page);
  await page.getByRole('button', { name: 'Measure faithfulness' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('progressbar', { name: 'Measuring' })).toHaveCount(0);
  await expect(page.getByRole('figure')).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await page.getByRole('button', { name: 'Measure faithfulness' }).click();
  const deletion = page.getByRole('figure', { name: 'Deletion curve' });
  await expect(deletion).toBeVisible(longWait);
  const area = await deletion.textContent();
  await page.getByRole('combobox', { name: 'Remove a patch by' }).selectOption('Blur');
  await page.getByRole('button', { name: 'Measure faithfulness' }).click();
  await expect(page.getByText(/Measuring: \d+ of \d+/)).toBeVisible(longWait);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('progressbar', { name: 'Measuring' })).toHaveCount(0);
  expect(await deletion.textContent()).toBe(area);
  // What follows is answered.
  await headToggle(page, 1, 1).click();
  await isChanged(page);
});

test('all lenses are measured into one table', async ({ page }) => {
  await openVision(page);
  await page.getByRole('button', { name: 'Measure all lenses' }).click();
  const table = page.getByRole('table', { name: /Every lens/ });
  await expect(table).toBeVisible(longWait);
  await expect(table.getByRole('rowheader')).toHaveCount(lensNames.length + 1);
  await table.getByRole('button', { name: 'Rollout', exact: true }).click();
  await expect(page.getByRole('combobox', { name: 'Lens', exact: true })).toHaveValue('rollout');
});

test('heads are measured, drawn over the grid, and order it', async ({ page }) => {
  await openVision(page);
  await page.getByRole('button', { name: 'Measure heads' }).click();
  const progress = page.getByRole('progressbar', { name: 'Measuring heads' });
  await expect(progress).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(progress).toHaveCount(0);
  await page.getByRole('button', { name: 'Measure heads' }).click();
  await expect(page.getByText('worse without it')).toBeVisible(longWait);
  await page.getByRole('combobox', { name: 'Order' }).selectOption('By importance');
  const first = page.getByRole('grid', { name: 'Heads' }).getByRole('row').nth(1);
  const names = await first.getByRole('button', { name: /percentage points/ }).all();
  const points = await Promise.all(
    names.map(async (name) => {
      const text = (await name.getAttribute('aria-label')) ?? '';
      return Number(/without it ([+−\d.]+)/.exec(text)?.[1]?.replace('−', '-'));
    }),
  );
  expect(points).toHaveLength(6);
  expect(points).toEqual(points.toSorted((a, b) => a - b));
});
