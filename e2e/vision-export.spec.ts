import { expect, test } from '@playwright/test';
import { pngSize, readNpy, save } from './support/saved-files.ts';
import { openVision } from './support/vision-page.ts';

test('the overlay leaves as picture, figure, array and JSON that agree', async ({ page }) => {
  await openVision(page);
  const png = await save(page, 'Save the overlay', /PNG/);
  expect(png.name).toMatch(/heed-vit.*layer-3_head-4\.png$/);
  const [width, height] = pngSize(png.data);
  expect(Math.min(width, height)).toBeGreaterThan(1000);
  const svg = (await save(page, 'Save the overlay', /SVG/)).data.toString();
  expect(svg).toContain('<svg');
  expect(svg).toContain('Layer 3, head 4');
  expect(svg).not.toContain('<script');
  const map = readNpy((await save(page, 'Save the overlay', /npy/)).data);
  expect(map.shape).toEqual([16, 16]);
  const json = JSON.parse((await save(page, 'Save the overlay', /JSON/)).data.toString());
  expect(json).toMatchObject({
    model: 'heed-vit',
    lens: 'raw',
    layer: 3,
    head: 4,
    queryName: '[CLS]',
  });
  expect(json.map).toHaveLength(256);
  expect(Math.fround(json.map[100])).toBe(map.values[100]);
  expect(json.rowSum).toBeCloseTo(1, 4);
});

test('heads, matrix and statistics leave as arrays of their shapes', async ({ page }) => {
  await openVision(page);
  expect(readNpy((await save(page, 'Save the heads', /npy/)).data).shape).toEqual([6, 6, 16, 16]);
  const matrix = readNpy((await save(page, 'Save the matrix', /npy/)).data);
  expect(matrix.shape).toEqual([257, 257]);
  const row = matrix.values.subarray(257, 514).reduce((sum, value) => sum + value, 0);
  expect(row).toBeCloseTo(1, 4);
  for (const menu of ['Save the heads', 'Save the matrix'])
    expect((await save(page, menu, /SVG/)).data.toString()).toContain('</svg>');
  await page.getByRole('radio', { name: 'Head statistics' }).check();
  expect(readNpy((await save(page, 'Save the statistics', /npy/)).data).shape).toEqual([6, 6]);
  pngSize((await save(page, 'Save the statistics', /PNG/)).data);
});
