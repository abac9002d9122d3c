import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '@playwright/test';
import { openTranslation, ready } from './support/translation-page.ts';

for (const colorScheme of ['light', 'dark'] as const)
  for (const width of [360, 1024, 1920])
    test(`axe finds nothing on Translation, ${colorScheme}, ${width} pixels wide`, async ({
      page,
    }) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await openTranslation(page);
      await page.getByRole('button', { name: 'Compare', exact: true }).click();
      await expect(page.getByLabel('Compared matrix', { exact: true })).toBeVisible();
      await ready(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
    });
