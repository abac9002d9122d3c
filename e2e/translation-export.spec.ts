import { expect, test, type Page } from '@playwright/test';
import { pngSize, readNpy, save } from './support/saved-files.ts';
import { openTranslation, targetText, translate } from './support/translation-page.ts';

const attention = 'Save the attention';

interface SoftAlignment {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly weights: readonly (readonly number[])[];
}

async function softAlignment(page: Page): Promise<SoftAlignment> {
  const { data } = await save(page, attention, /Soft alignment JSON/);
  return JSON.parse(data.toString()) as SoftAlignment;
}

test('the alignment leaves as weights, table and word links that agree', async ({ page }) => {
  await openTranslation(page);
  await translate(page, 'A dog is sleeping in the garden.');
  const { source, target, weights } = await softAlignment(page);
  expect(source.join(' ')).toContain('dog');
  expect(weights).toHaveLength(target.length);
  for (const row of weights) {
    expect(row).toHaveLength(source.length);
    expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 3);
  }

  const table = (await save(page, attention, /TSV/)).data.toString().trimEnd().split('\n');
  expect(table).toHaveLength(target.length + 1);
  expect(table[0]?.split('\t').slice(1)).toEqual(source);
  for (const [index, line] of table.slice(1).entries()) {
    const [name, ...row] = line.split('\t');
    expect(name).toBe(target[index]);
    for (const [key, weight] of row.entries())
      expect(Number(weight)).toBeCloseTo(weights[index]?.[key] ?? NaN, 4);
  }

  const pharaoh = await save(page, attention, /Pharaoh/);
  expect(pharaoh.name).toMatch(/\.txt$/);
  const links = pharaoh.data.toString().trim().split(' ');
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) {
    const [from = NaN, to = NaN] = link.split('-').map(Number);
    const row = weights[to] ?? [];
    // `</s>` is nobody's link.
    expect(row[from]).toBe(Math.max(...row.slice(0, -1)));
  }
});

test('matrix, ribbons, heads and statistics leave as pictures and arrays', async ({ page }) => {
  await openTranslation(page);
  const { source, target } = await softAlignment(page);
  const map = readNpy((await save(page, attention, /npy/)).data);
  expect(map.shape).toEqual([target.length, source.length]);
  const [width] = pngSize((await save(page, attention, /PNG/)).data);
  expect(width).toBeGreaterThan(500);
  expect((await save(page, attention, /SVG/)).data.toString()).toContain('Rows are queries');

  await page.getByRole('radio', { name: 'Ribbons' }).check();
  expect((await save(page, attention, /SVG/)).data.toString()).toContain('<path');
  const heads = readNpy((await save(page, 'Save the heads', /npy/)).data);
  expect(heads.shape).toEqual([3, 8, target.length, source.length]);
  pngSize((await save(page, 'Save the heads', /PNG/)).data);
  expect(readNpy((await save(page, 'Save the statistic', /npy/)).data).shape).toEqual([3, 8]);
});

test('a text that looks like markup stays text in what is saved', async ({ page }) => {
  await openTranslation(page);
  await translate(page, '<script>alert(1)</script> & "quotes"');
  await expect(targetText(page)).not.toHaveValue('');
  const svg = (await save(page, attention, /SVG/)).data.toString();
  expect(svg).not.toContain('<script');
  expect(svg).toContain('&lt;');
});
