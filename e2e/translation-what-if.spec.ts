import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import {
  matrix,
  openTranslation,
  ready,
  sourceText,
  targetText,
} from './support/translation-page.ts';
import { collectFaults } from './support/vision-page.ts';

const text = 'text=The+cat+sleeps.&beam=2';
const region = (page: Page) => page.getByRole('region', { name: 'What changed' });
const headToggle = (page: Page, layer: number, head: number) =>
  page.getByRole('button', { name: `Layer ${layer} head ${head}`, exact: true });
const lens = (page: Page) => page.getByRole('combobox', { name: 'Lens', exact: true });
const rows = (page: Page) =>
  page.getByRole('table', { name: 'Old target token by token' }).getByRole('row');

test.describe.configure({ timeout: 180_000 });

test('a head goes off and on, is undone, done again and reset; the link holds it', async ({
  page,
}) => {
  const faults = collectFaults(page);
  await openTranslation(page, text);
  const before = await targetText(page).inputValue();
  await expect(region(page)).toContainText('Nothing is changed');
  const toggle = headToggle(page, 1, 5);
  await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  await toggle.click();
  await expect(toggle).toHaveAttribute('aria-pressed', 'false');
  await expect(region(page).getByText('Δ log probability')).toBeVisible();
  await ready(page);
  // A row for each target token, and the names of the columns.
  const count = await rows(page).count();
  expect(count).toBeGreaterThan(4);
  expect(await rows(page).allTextContents()).toContainEqual(expect.stringMatching(/[−+]\d/));
  await expect(targetText(page)).toHaveValue(before);
  await expect(page).toHaveURL(/heads=cross\.1\.5x0/);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(toggle).toHaveAttribute('aria-pressed', 'true');
  await expect(region(page)).toContainText('Nothing is changed');
  await page.getByRole('button', { name: 'Redo' }).click();
  await expect(toggle).toHaveAttribute('aria-pressed', 'false');
  await page.getByRole('button', { name: 'Reset changes' }).click();
  await expect(region(page)).toContainText('Nothing is changed');
  await expect(page.getByRole('button', { name: 'Reset changes' })).toBeDisabled();
  await ready(page);
  expect(faults).toEqual([]);
});

test('every cross head off writes another sentence, shown against the old one', async ({
  page,
}) => {
  await openTranslation(page, text);
  await page.getByRole('slider', { name: 'Layer', exact: true }).fill('1');
  for (const layer of [1, 2, 3]) {
    await page.getByRole('slider', { name: 'Layer', exact: true }).fill(String(layer));
    await page.getByRole('button', { name: `Switch layer ${layer} off` }).click();
  }
  await expect(region(page)).toContainText('the decoder sees nothing of the source');
  await expect(region(page).locator('ins').first()).toBeVisible();
  await expect(region(page).locator('del').first()).toBeVisible();
  await expect(region(page)).not.toContainText(/NaN|Infinity/);
  await ready(page);
  const beside = page.getByRole('img', { name: 'Alignment of the new translation' });
  await expect(beside).toHaveCount(0);
  await page.getByRole('switch', { name: 'New translation beside it' }).click();
  await expect(beside).toBeVisible();
  await expect(matrix(page)).toBeVisible();
  await expect(page).toHaveURL(/new=1/);
  await page.getByText('Ribbons', { exact: true }).click();
  await expect(page.getByLabel('Ribbons of the new translation', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Reset changes' }).click();
  await expect(page.getByLabel('Ribbons of the new translation', { exact: true })).toHaveCount(0);
  await ready(page);
});

test('source tokens are hidden by click and by key, and what was hidden comes back', async ({
  page,
}) => {
  await openTranslation(page, text);
  await page.getByRole('switch', { name: 'Hide tokens' }).click();
  const tokens = page.getByRole('group', { name: 'Source tokens' });
  await tokens.getByText('cat').first().click();
  await expect(tokens.getByRole('button', { name: /hidden/ })).not.toHaveCount(0);
  await expect(region(page).getByText('Δ log probability')).toBeVisible();
  await expect(page).toHaveURL(/hidden=/);
  await tokens
    .getByRole('button', { name: /hidden/ })
    .first()
    .focus();
  await page.keyboard.press('Enter');
  await expect(tokens.getByRole('button', { name: /hidden/ })).toHaveCount(0);
  await expect(region(page)).toContainText('Nothing is changed');
  await ready(page);
});

test('the pinned cell’s edge is cut, and mended from the list', async ({ page }) => {
  await openTranslation(page, text);
  await matrix(page).focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('button', { name: /^Cut / }).click();
  await expect(page.getByRole('list', { name: 'Changes' })).toContainText('no longer sees');
  await expect(region(page).getByText('Δ log probability')).toBeVisible();
  await page
    .getByRole('button', { name: /^Take back/ })
    .first()
    .click();
  await expect(region(page)).toContainText('Nothing is changed');
  await ready(page);
});

test('a link’s changes, lens and stack come back; what does not fit is said', async ({ page }) => {
  await openTranslation(
    page,
    `${text}&lens=value-norm&lens.fusion=sum&heads=encoder.1.2u_cross.1.1x0.5h_cross.7.1x0&hidden=1`,
  );
  await expect(page.getByRole('status')).toContainText('One change of the link does not fit');
  await expect(lens(page)).toHaveValue('value-norm');
  await expect(page.getByRole('combobox', { name: 'Head fusion' })).toHaveValue('sum');
  const list = page.getByRole('list', { name: 'Changes' });
  await expect(list).toContainText('Encoder self-attention, layer 1, head 2: uniform weights');
  await expect(list).toContainText('output × 0.5, one-hot weights');
  await expect(list).toContainText('Hidden: “');
  await expect(region(page).getByText('Δ log probability')).toBeVisible();
});

test('every lens draws a map, and those that do not apply say why', async ({ page }) => {
  await openTranslation(page, text);
  for (const name of ['Relevance', 'Value-norm', 'Input gradient', 'Occlusion', 'Random']) {
    await lens(page).selectOption(name);
    await expect(matrix(page)).toHaveAccessibleDescription(new RegExp(`^${name}`));
    await ready(page);
  }
  for (const name of ['Rollout', 'Gradient rollout', 'Integrated gradients'])
    await expect(lens(page).getByRole('option', { name, exact: true })).toBeDisabled();
  await page.getByRole('button', { name: 'Formula and limits' }).click();
  await expect(page.getByText('Rollout multiplies the layers of one stack').first()).toBeVisible();
  await page.keyboard.press('Escape');
  // Another stack has no lens but the weights.
  await page.getByRole('combobox', { name: 'Attention' }).selectOption('Encoder self-attention');
  await expect(lens(page)).toHaveValue('raw');
});

test('heads are measured, with a way out; the bars are said in words', async ({ page }) => {
  await openTranslation(page, text);
  await page.getByRole('button', { name: 'Measure heads' }).click();
  await expect(page.getByRole('progressbar', { name: 'Measuring heads' })).toBeVisible();
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(page.getByText('worse without it')).toHaveCount(0);
  await page.getByRole('button', { name: 'Measure heads' }).click();
  await expect(page.getByText('worse without it')).toBeVisible({ timeout: 120_000 });
  await expect(
    page.getByRole('button', { name: /^Layer 1, head 1: without it [−\d]/ }),
  ).toBeVisible();
});

test('typing on ends what is measured, and keeps what was done to heads', async ({ page }) => {
  await openTranslation(page, text);
  await headToggle(page, 2, 2).click();
  await page.getByRole('button', { name: 'Measure heads' }).click();
  await sourceText(page).fill('A dog runs.');
  await expect(page.getByRole('progressbar', { name: 'Measuring heads' })).toHaveCount(0);
  await ready(page);
  await expect(headToggle(page, 2, 2)).toHaveAttribute('aria-pressed', 'false');
  await expect(region(page).getByText('Δ log probability')).toBeVisible();
  await expect(rows(page)).not.toHaveCount(0);
  await ready(page);
});

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [360, 1440])
    test(`axe finds nothing under changes, ${colorScheme}, ${width} pixels wide`, async ({
      page,
    }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await openTranslation(page, `${text}&lens=random&heads=cross.1.*x0&hidden=1`);
      await expect(region(page).getByText('Δ log probability')).toBeVisible();
      await ready(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
    });
