import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { tarOf, type Member } from '../evals/make-tar.ts';
import { sampleFile } from './support/pictures.ts';

const command = fileURLToPath(new URL('../evals/faithfulness.mjs', import.meta.url));
const pathOfModel = (name: string) =>
  fileURLToPath(new URL(`./fixtures/parity/${name}`, import.meta.url));
/** Random weights, 64 patches, labels from `ant` to `grass`. */
const tinyModel = pathOfModel('vit-patch4');
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
  return new Promise<{ code: number | null; lines: unknown[]; complaints: string }>((resolve) => {
    process.on('close', (code) =>
      resolve({
        code,
        lines: output
          .split('\n')
          .filter((line) => line !== '')
          .map((line): unknown => JSON.parse(line)),
        complaints,
      }),
    );
  });
}

function archive(name: string, members: readonly Member[]): string {
  const path = join(folder, name);
  writeFileSync(path, tarOf(members));
  return path;
}

/** Five pictures, one of which is none, and one of a label that the model lacks. */
function samples(): string {
  return archive('samples.tar', [
    { name: 'ant_1.jpg', data: sampleFile('rocket').buffer },
    { name: 'bridge_2.jpg', data: 'This is no picture.' },
    { name: 'cloud_3.jpg', data: sampleFile('temple').buffer },
    { name: 'unheard of_4.jpg', data: sampleFile('coffee').buffer },
    { name: 'cloud_5.jpg', data: sampleFile('coffee').buffer },
    { name: 'ant_6.jpg', data: sampleFile('dahlia').buffer },
  ]);
}

const figures = {
  deletion: expect.any(Number),
  deletionError: expect.any(Number),
  insertion: expect.any(Number),
  insertionError: expect.any(Number),
  comprehensiveness: expect.any(Number),
  comprehensivenessError: expect.any(Number),
  sufficiency: expect.any(Number),
  sufficiencyError: expect.any(Number),
};
const difference = {
  difference: expect.any(Number),
  low: expect.any(Number),
  high: expect.any(Number),
  beats: expect.any(Boolean),
};

test('the evaluation of maps tells of each lens and of random orders', async () => {
  test.slow();
  const tar = samples();
  const settings = [
    '--tar',
    tar,
    '--model',
    tinyModel,
    '--backend',
    'wasm',
    '--steps=4',
    '--random=3',
  ];
  const { code, lines, complaints } = await evaluate(
    ...settings,
    '--lens=rollout',
    '--lens=raw',
    '--scans=2',
  );
  expect(code).toBe(0);
  expect(complaints).toContain('unheard of_4.jpg');
  expect(complaints).toContain('is not a picture');
  const shared = {
    model: 'vit-patch4',
    images: 4,
    removal: 'hide',
    steps: 4,
    randomOrders: 3,
    target: 'prediction',
    backend: 'wasm',
    ...figures,
  };
  const lensLine = {
    ...shared,
    tau: expect.any(Number),
    tauError: expect.any(Number),
    tauImages: 2,
    overRandom: {
      deletion: difference,
      insertion: difference,
      comprehensiveness: difference,
      sufficiency: difference,
    },
  };
  expect(lines).toEqual([
    { ...lensLine, lens: 'rollout' },
    { ...lensLine, lens: 'raw' },
    { ...shared, lens: 'random orders' },
  ]);
  // The same pictures and seeds give the same figures, on one thread and in parts as well.
  const again = await evaluate(...settings, '--lens=raw', '--scans=0', '--single-thread');
  const [raw, random] = again.lines;
  expect(complaints).toContain('thread');
  expect(again.complaints).toContain('1 thread');
  expect(random).toEqual(lines[2]);
  expect(raw).toMatchObject({ deletion: expect.any(Number), tau: null, tauImages: 0 });
});

test('what can’t be measured ends in one sentence', async () => {
  test.slow();
  const tar = samples();
  const refusal = async (...args: string[]) => {
    const { code, lines, complaints } = await evaluate('--tar', tar, ...args);
    expect([code, lines], args.join(' ')).toEqual([1, []]);
    return complaints.trimEnd().split('\n').at(-1);
  };
  expect(await refusal('--removal', 'paint')).toMatch(/^--removal: expected hide, mean or blur/);
  expect(await refusal('--model', tinyModel, '--lens', 'insight')).toMatch(
    /^--lens: there is no lens "insight"; there are raw, rollout/,
  );
  expect(await refusal('--model', tinyModel, '--steps', '65')).toMatch(/1 to 64 steps/);
  expect(await refusal('--model', pathOfModel('vit-headless'))).toMatch(/has no labels/);
});
