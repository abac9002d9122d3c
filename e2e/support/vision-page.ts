import { expect, type Page } from '@playwright/test';
import type { TestFile } from './pictures.ts';

/** WASM unless a test is about another backend: it is what most machines without a GPU get. */
export async function openVision(
  page: Page,
  parameters = '',
  search = '?backend=wasm',
): Promise<void> {
  await page.goto(`./${search}#/vision${parameters ? `?${parameters}` : ''}`);
  await ready(page);
}

export async function ready(page: Page): Promise<void> {
  await expect(page.getByRole('status')).toContainText('Ready', { timeout: 60_000 });
}

export async function upload(page: Page, ...files: TestFile[]): Promise<void> {
  await page.locator('input[type=file]').setInputFiles(files);
}

/** The first prediction in words and figures, which changes when another picture was run. */
export function topPrediction(page: Page) {
  return page.getByRole('list', { name: 'Predictions' }).getByRole('listitem').first();
}

/** What is selected, in words. */
export function words(page: Page) {
  return page.getByText(/Query .* attend/).first();
}

/** Uploads a picture that can't be used: one sentence in the alert, and nothing else changes. */
export async function expectRefusal(page: Page, file: TestFile, sentence: RegExp): Promise<void> {
  const before = await topPrediction(page).textContent();
  await upload(page, file);
  await expect(page.getByRole('alert')).toContainText(sentence);
  await expect(topPrediction(page)).toHaveText(before ?? '');
  await ready(page);
}

/** Everything the page writes to the console or throws, for tests that expect silence. */
export function collectFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  return faults;
}
