import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { openVision } from './support/vision-page.ts';

/** Chooses a command of a save menu and reads the file that comes. */
async function save(
  page: Page,
  menu: string,
  item: RegExp,
): Promise<{ name: string; data: Buffer }> {
  await page.getByRole('button', { name: menu }).click();
  const waiting = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: item }).click();
  const download = await waiting;
  return { name: download.suggestedFilename(), data: readFileSync(await download.path()) };
}

/** Width and height from a PNG's header. */
function pngSize(data: Buffer): [width: number, height: number] {
  expect(data.subarray(1, 4).toString('latin1')).toBe('PNG');
  return [data.readUInt32BE(16), data.readUInt32BE(20)];
}

/** A version 1.0 .npy of float32. */
function readNpy(data: Buffer): { shape: number[]; values: Float32Array } {
  expect(data.subarray(1, 6).toString('latin1')).toBe('NUMPY');
  const headerLength = data.readUInt16LE(8);
  const header = data.subarray(10, 10 + headerLength).toString('latin1');
  expect(header).toContain("'<f4'");
  const shape = (/\(([^)]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((n) => n.trim())
    .map(Number);
  const start = 10 + headerLength;
  return { shape, values: new Float32Array(data.buffer.slice(data.byteOffset + start)) };
}

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
