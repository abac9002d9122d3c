import { expect, type Locator, type Page } from '@playwright/test';

/** WASM, as most machines without a GPU get. */
export async function openTranslation(
  page: Page,
  parameters = '',
  search = '?backend=wasm',
): Promise<void> {
  await page.goto(`./${search}#/translation${parameters ? `?${parameters}` : ''}`);
  await ready(page);
}

export async function ready(page: Page): Promise<void> {
  await expect(page.getByRole('status')).toContainText('Ready', { timeout: 60_000 });
}

export function sourceText(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Source text' });
}

export function targetText(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Target text' });
}

export function matrix(page: Page): Locator {
  return page.getByLabel('Alignment matrix', { exact: true });
}

/** Types a text in one go and waits for its translation. */
export async function translate(page: Page, text: string): Promise<void> {
  await sourceText(page).fill(text);
  await ready(page);
}
