import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { headToggle, isChanged } from './support/what-if.ts';
import { openVision } from './support/vision-page.ts';

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [360, 1024, 1920])
    test(`axe finds nothing on Vision, ${colorScheme}, ${width} pixels wide`, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await openVision(page);
      await headToggle(page, 1, 5).click();
      await isChanged(page);
      await page.getByRole('button', { name: 'Hide patches' }).click();
      await page.getByRole('combobox', { name: 'Weights' }).selectOption('With temperature');
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await expect(page.getByRole('img', { name: 'Compared overlay' })).toBeVisible();
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    });

test('axe finds nothing while a label is chosen and on measured curves', async ({ page }) => {
  test.setTimeout(300_000);
  await openVision(page);
  const target = page.getByRole('combobox', { name: 'Target class' });
  await target.click();
  await page.keyboard.type('cat');
  const found = await new AxeBuilder({ page }).analyze();
  expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Measure faithfulness' }).click();
  await expect(page.getByRole('figure', { name: 'Deletion curve' })).toBeVisible({
    timeout: 240_000,
  });
  for (const width of [1440, 360]) {
    await page.setViewportSize({ width, height: 900 });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  }
});

for (const width of [360, 1024, 1920])
  test(`nothing is cut off at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openVision(page);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  });

test('every control is reached by the keyboard, and help lists the keys', async ({ page }) => {
  await openVision(page);
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help).toBeVisible();
  await expect(help).toContainText('Move the query patch');
  await page.keyboard.press('Escape');
  await expect(help).toBeHidden();
});
