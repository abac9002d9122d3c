import { expect, type Locator, type Page } from '@playwright/test';
import { ready } from './vision-page.ts';

/** A head's toggle in the grid, both counted from 1. */
export function headToggle(page: Page, layer: number, head: number): Locator {
  return page
    .getByRole('grid', { name: 'Heads' })
    .getByRole('button', { name: `Layer ${layer} head ${head}`, exact: true });
}

export function whatChanged(page: Page): Locator {
  return page.getByRole('region', { name: 'What changed' });
}

/** The rows of the table of predictions before and after: label, before, after, difference. */
export async function changedRows(page: Page): Promise<string[][]> {
  const rows = await whatChanged(page).locator('tbody tr').all();
  return Promise.all(rows.map((row) => row.locator('th, td').allTextContents()));
}

/** Waits for the changed run. */
export async function isChanged(page: Page): Promise<void> {
  await expect(whatChanged(page).getByRole('table')).toBeVisible();
  await ready(page);
}

/** Waits for the run as the model is. */
export async function isUnchanged(page: Page): Promise<void> {
  await expect(whatChanged(page)).toContainText('Nothing is changed');
  await ready(page);
}

/** Chooses a lens by its name. */
export async function chooseLens(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Lens', exact: true }).selectOption(name);
}

/** From here on notes where an element's upper edge is in each frame; the result tells all places. */
export async function watchTop(element: Locator): Promise<() => Promise<number[]>> {
  const tops = await element.evaluateHandle((node) => {
    const seen = new Set<number>();
    const look = (): void => {
      seen.add(node.getBoundingClientRect().top + scrollY);
      requestAnimationFrame(look);
    };
    look();
    return seen;
  });
  return () => tops.evaluate((seen) => [...seen]);
}
