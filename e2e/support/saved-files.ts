/** What leaves the page by its save menus. */
import { readFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';

/** Chooses a command of a save menu and reads the file that comes. */
export async function save(
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
export function pngSize(data: Buffer): [width: number, height: number] {
  expect(data.subarray(1, 4).toString('latin1')).toBe('PNG');
  return [data.readUInt32BE(16), data.readUInt32BE(20)];
}

/** A version 1.0 .npy of float32. */
export function readNpy(data: Buffer): { shape: number[]; values: Float32Array } {
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
