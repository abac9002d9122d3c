import { spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test, type Page } from '@playwright/test';
import { tarOf, type Member } from '../evals/make-tar.ts';
import { sampleFile } from './support/pictures.ts';
import { openVision, ready, topPrediction, upload } from './support/vision-page.ts';

const command = fileURLToPath(new URL('../evals/vision.mjs', import.meta.url));
const parityModel = fileURLToPath(new URL('./fixtures/parity/vit-patch4', import.meta.url));
let folder: string;

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heed-evals-'));
});

test.afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function evaluate(...args: string[]) {
  const process = spawn('node', [command, ...args]);
  let output = '';
  let complaints = '';
  process.stdout.on('data', (data: Buffer) => (output += data.toString()));
  process.stderr.on('data', (data: Buffer) => (complaints += data.toString()));
  return new Promise<{ code: number | null; output: string; complaints: string }>((resolve) => {
    process.on('close', (code) => resolve({ code, output, complaints }));
  });
}

async function expectRefusal(args: readonly string[], sentence: RegExp): Promise<void> {
  const { code, output, complaints } = await evaluate(...args);
  expect(complaints.trimEnd().split('\n').at(-1), args.join(' ')).toMatch(sentence);
  expect([code, output]).toEqual([1, '']);
}

function archive(name: string, members: readonly Member[]): string {
  const path = join(folder, name);
  writeFileSync(path, tarOf(members));
  return path;
}

/** The labels that the page shows for a sample, best first. */
async function predictionsOf(page: Page, sample: string): Promise<string[]> {
  const before = await topPrediction(page).textContent();
  await upload(page, sampleFile(sample));
  await expect(topPrediction(page)).not.toHaveText(before ?? '');
  await ready(page);
  const items = await page.getByRole('list', { name: 'Predictions' }).getByRole('listitem').all();
  const texts = await Promise.all(items.map((item) => item.innerText()));
  return texts.map((text) => text.split('\n')[0]?.trim() ?? '');
}

test('the evaluation agrees with what the page predicts', async ({ page }) => {
  test.slow();
  // The embedded model's preprocessor resizes the whole picture, as this fit does.
  await openVision(page, 'fit=stretch');
  await expect(page.getByRole('radio', { name: 'Stretch' })).toBeChecked();
  const samples = ['rocket', 'temple', 'coffee'] as const;
  const predictions = [];
  for (const sample of samples) predictions.push(await predictionsOf(page, sample));
  const [rocket, temple, coffee] = predictions;
  expect(new Set(predictions.flat()).size).toBeGreaterThan(5);

  const tar = archive('samples.tar', [
    { name: 'samples/', type: '5' },
    { name: 'samples/credits.txt', data: 'Made by many.' },
    // Right; right among the best five; wrong; no picture; a label that the model lacks.
    { name: `samples/${rocket?.[0]}_1.jpg`, data: sampleFile('rocket').buffer },
    { name: `samples/${temple?.[3]?.toUpperCase()}_2.jpg`, data: sampleFile('temple').buffer },
    {
      name: `samples/${predictions.flat().find((label) => !coffee?.includes(label))}_3.jpg`,
      data: sampleFile('coffee').buffer,
    },
    { name: `samples/${coffee?.[0]}_4.jpg`, data: 'This is no picture.' },
    { name: 'samples/unheard of_5.jpg', data: sampleFile('coffee').buffer },
  ]);
  const { code, output, complaints } = await evaluate('--tar', tar, '--backend', 'wasm');
  expect(complaints).toContain('samples/unheard of_5.jpg');
  expect(complaints).toContain('is not a picture');
  expect(code).toBe(0);
  expect(output.trimEnd().split('\n')).toHaveLength(1);
  const result: unknown = JSON.parse(output);
  expect(result).toEqual({
    model: 'heed-vit',
    images: 4,
    top1: 25,
    top5: 50,
    msPerImage: expect.any(Number),
    backend: 'wasm',
  });
});

test('a checkpoint from any folder is evaluated, up to the limit', async () => {
  const picture = sampleFile('dahlia').buffer;
  const tar = archive(
    'other-labels.tar',
    ['ant', 'bridge', 'cloud'].map((label) => ({ name: `${label}_x.jpg`, data: picture })),
  );
  const { code, output, complaints } = await evaluate(
    '--tar',
    tar,
    '--model',
    parityModel,
    '--limit=2',
  );
  expect(complaints).not.toContain('counts as wrong.');
  expect(code).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ model: 'vit-patch4', images: 2 });
});

test('what can’t be evaluated ends in one sentence', async () => {
  test.slow();
  const empty = archive('empty.tar', []);
  const text = archive('text.tar', [{ name: 'cat_1.txt', data: 'cat' }]);
  const damaged = join(folder, 'damaged-model');
  cpSync(parityModel, damaged, { recursive: true });
  truncateSync(join(damaged, 'model.safetensors'), 1000);
  const linked = join(folder, 'linked-model');
  mkdirSync(linked);
  symlinkSync(join(parityModel, 'config.json'), join(linked, 'config.json'));
  const stranger = archive('stranger.tar', [{ name: 'unheard of_1.jpg', data: 'x' }]);
  await Promise.all([
    expectRefusal(['--tar', join(folder, 'nothing.tar')], /does not exist\.$/),
    expectRefusal(['--tar', empty], /holds no images\.$/),
    expectRefusal(['--tar', text], /holds no images\.$/),
    expectRefusal(['--tar', text, '--model', 'no-such-model'], /is neither .*\.$/),
    expectRefusal(['--tar', text, '--model', linked], /are links; copy them .*\.$/),
    expectRefusal(['--tar', text, '--limit', 'many'], /^--limit: expected a whole number/),
    expectRefusal(['--speed'], /^Unknown option '--speed'/),
  ]);
  // These two build the page, one after the other.
  await expectRefusal(['--tar', stranger], /begins with a label of heed-vit\.$/);
  await expectRefusal(
    ['--tar', stranger, '--model', damaged],
    /^The weights file is damaged or cut short\.$/,
  );
});
