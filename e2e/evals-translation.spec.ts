import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { corpusBleu } from '../src/math/bleu.ts';

const model = 'heed-marian-en-fr';
let folder: string;

test.beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'heed-evals-'));
});

test.afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function evaluate(command: 'translation' | 'alignment', ...args: string[]) {
  const path = fileURLToPath(new URL(`../evals/${command}.mjs`, import.meta.url));
  const process = spawn('node', [path, '--model', model, ...args]);
  let output = '';
  let complaints = '';
  process.stdout.on('data', (data: Buffer) => (output += data.toString()));
  process.stderr.on('data', (data: Buffer) => (complaints += data.toString()));
  const code = await new Promise<number | null>((resolve) => process.on('close', resolve));
  return { code, output, complaints };
}

/** What a run that went well printed. */
async function resultOf(...args: Parameters<typeof evaluate>): Promise<Record<string, unknown>> {
  const { code, output, complaints } = await evaluate(...args);
  expect(code, complaints).toBe(0);
  expect(output).toMatch(/^\{.*\}\n$/);
  return JSON.parse(output) as Record<string, unknown>;
}

test.describe.configure({ timeout: 300_000 });

test('translates each line as one sentence, and scores what it wrote', async () => {
  // The second line is two sentences, the third is blank.
  const source = file(
    'source.en',
    'A dog runs.\r\nHe sleeps. She reads a book.\r\n\r\nI am here.\n',
  );
  const first = ['Un chien court.', 'Il dort. Elle lit un livre.', 'Rien.', 'Je suis ici.'];
  const second = ['Un chien est en train de courir.', 'Il dort.', '', "J'y suis."];
  const references = [first, second].map((lines, index) =>
    file(`reference-${index}.fr`, lines.join('\n')),
  );
  const out = join(folder, 'out.fr');
  const args = ['--source', source, '--beam', '2', '--backend', 'wasm', '--out', out];
  for (const reference of references) args.push('--reference', reference);
  const result = await resultOf('translation', ...args);
  const written = readFileSync(out, 'utf8').split('\n');
  expect(written).toHaveLength(5);
  expect(written[2]).toBe('');
  expect(written[4]).toBe('');
  for (const line of [0, 1, 3]) expect(written[line]?.trim()).not.toBe('');
  const pairs = first.map((reference, line) => [reference, second[line] ?? '']);
  const { score } = corpusBleu(written.slice(0, 4), pairs);
  expect(result).toEqual({
    model,
    sentences: 4,
    bleu: Math.round(100 * score) / 100,
    tokensPerSecond: expect.any(Number),
    backend: 'wasm',
    beam: 2,
    signature: 'nrefs:2|case:mixed|eff:no|tok:13a|smooth:exp',
  });
  expect(result['tokensPerSecond']).toBeGreaterThan(0);

  const again = await resultOf('translation', ...args, '--limit', '2');
  expect(readFileSync(out, 'utf8').split('\n')).toEqual([...written.slice(0, 2), '']);
  expect(again['sentences']).toBe(2);
});

test('scores every head’s alignment, the same each time', async () => {
  const source = file('words.en', 'the black cat sleeps .\nthe order of the minister !\n');
  const target = file('words.fr', 'le chat noir dort .\nle ordre de le ministre !\n');
  const links = ['1 1 1 S', '1 2 3 S', '1 3 2 S', '1 4 4 S', '1 5 5 P'];
  links.push('2 1 1 S', '2 2 2 S', '2 3 3 S', '2 4 4 P', '2 5 5 S', '2 6 6 S', '');
  const gold = file('words.wa', links.join('\n'));
  const args = ['--source', source, '--target', target, '--gold', gold, '--backend', 'wasm'];
  const result = await resultOf('alignment', ...args);
  expect(await resultOf('alignment', ...args)).toEqual(result);

  expect(result).toMatchObject({ model, sentences: 2, backend: 'wasm' });
  const scores = {
    aer: expect.any(Number),
    precision: expect.any(Number),
    recall: expect.any(Number),
  };
  const perHead = result['perHead'] as { layer: number | null; head: number | null; aer: number }[];
  // 3 layers of 8 heads and a mean, and the mean of all.
  expect(perHead).toHaveLength(28);
  for (const head of perHead)
    expect(head).toEqual({ layer: head.layer, head: head.head, ...scores });
  expect(perHead[0]).toMatchObject({ layer: 1, head: 1 });
  expect(perHead[8]).toMatchObject({ layer: 1, head: null });
  expect(perHead[27]).toMatchObject({ layer: null, head: null });
  const least = Math.min(...perHead.map(({ aer }) => aer));
  expect(result['aer']).toBe(least);
  expect(perHead).toContainEqual({
    ...(result['best'] as object),
    aer: result['aer'],
    precision: result['precision'],
    recall: result['recall'],
  });
  // The diagonal misses what changed places: 2 of the 11 links it makes are wrong, 7 of 9 sure ones
  // are found.
  const baseline = { name: 'diagonal', aer: 0.2, precision: 0.8182, recall: 0.7778 };
  expect(result['baseline']).toEqual(baseline);
});

test('bad input ends in one sentence', async () => {
  const two = file('two.txt', 'A dog.\nA cat.\n');
  const one = file('one.txt', 'Un chien.\n');
  const wrong = file('wrong.wa', '1 1 9 S\n');
  const cases: [string, Parameters<typeof evaluate>][] = [
    ['has 2 lines', ['translation', '--source', two, '--reference', one]],
    ['--reference', ['translation', '--source', two]],
    ['does not exist', ['translation', '--source', two, '--reference', join(folder, 'none')]],
    ['neither a folder', ['translation', '--source', two, '--reference', two, '--model', 'none']],
    ['target word 9', ['alignment', '--source', two, '--target', two, '--gold', wrong]],
  ];
  for (const [words, args] of cases) {
    const { code, output, complaints } = await evaluate(...args);
    expect(code, complaints).toBe(1);
    expect(output).toBe('');
    const sentences = complaints.trim().split('\n');
    expect(sentences.at(-1)).toContain(words);
    expect(complaints).not.toContain('    at ');
  }
});
