import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listVisionFixtures } from '../../e2e/harness/fixture-files.ts';
import type { ModelSheet } from '../engine/model-protocol.ts';
import { HeedFailure } from './failure.ts';
import { context, fixture, startCoreWithHub, type HubCore } from './testing/core-with-hub.ts';

let scratch = '';

/** A folder with a model made of texts, and a fixture's weights. */
function makeModel(name: string, files: Record<string, string | Uint8Array>): { folder: string } {
  const folder = join(scratch, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return { folder };
}

function part(name: string, file: string): Buffer {
  return readFileSync(join(fixture(`parity/${name}`), file));
}

const small = 'vit-patch4';
const smallModel = (files: Record<string, string | Uint8Array>) => ({
  'config.json': part(small, 'config.json'),
  'preprocessor_config.json': part(small, 'preprocessor_config.json'),
  'model.safetensors': part(small, 'model.safetensors'),
  ...files,
});
const withConfig = (changes: object) =>
  smallModel({
    'config.json': JSON.stringify({
      ...JSON.parse(part(small, 'config.json').toString()),
      ...changes,
    }),
  });

/** Weights whose header is longer than what the first request brings. */
function longHeader(): Uint8Array {
  const tensors: Record<string, object> = {};
  for (let index = 0; index < 3000; index += 1) {
    const at = 4 * index;
    tensors[`layer.${index}.weight`] = { dtype: 'F32', shape: [1], data_offsets: [at, at + 4] };
  }
  const header = new TextEncoder().encode(JSON.stringify(tensors));
  const file = new Uint8Array(8 + header.length + 12_000);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  return file;
}

let test: HubCore;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'heed-models-'));
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function start(models: Record<string, { folder: string }>): Promise<void> {
  test = await startCoreWithHub(models);
}

afterEach(() => test.hub.close());

function inspect(id: string): Promise<ModelSheet> {
  return test.core.inspectModel({ source: test.at(id) }, context());
}

const embedded = (name: string) => join(import.meta.dirname, '../../public/models', name);

// Whole models are loaded, which takes a busy machine its time.
describe('the sheet of a model', { timeout: 60_000 }, () => {
  const visions = listVisionFixtures();
  const folders: Record<string, string> = {
    ...Object.fromEntries(visions.map((name) => [name, fixture(`parity/${name}`)])),
    'marian-opus': fixture('opus/marian-opus'),
    'heed-marian-en-fr': embedded('heed-marian-en-fr'),
    'heed-gru-en-fr': embedded('heed-gru-en-fr'),
  };

  beforeEach(() =>
    start(
      Object.fromEntries(
        Object.entries(folders).map(([name, folder]) => [`heed/${name}`, { folder }]),
      ),
    ),
  );

  it.each(Object.keys(folders))('tells of %s what loading finds', async (name) => {
    const source = test.at(`heed/${name}`);
    const sheet = await inspect(`heed/${name}`);
    expect(sheet.unsupported).toBeNull();
    expect(contentBytesAsked()).toBeLessThan(400_000);
    const info =
      sheet.kind === 'vision'
        ? await test.core.loadVisionModel({ source }, context())
        : await test.core.loadTranslationModel({ source }, context());
    expect(sheet.modelType).toBe(info.modelType);
    expect(sheet.parameterCount).toBeGreaterThanOrEqual(info.parameterCount);
    expect(sheet.bytes).toBeGreaterThan(info.bytes);
    if (info.kind === 'vision') {
      const { width, height, patchWidth, patchHeight } = info.input;
      expect(sheet).toMatchObject({
        stacks: [{ stack: 'self', layerCount: info.layerCount, headCount: info.headCount }],
        input: { width, height, patchWidth, patchHeight },
        labelCount: info.labels.length,
      });
    } else {
      expect(sheet.vocabulary?.target).toBe(info.vocabularySize);
      expect(sheet.stacks).toEqual(
        Object.entries(info.stacks).flatMap(([stack, size]) => (size ? [{ stack, ...size }] : [])),
      );
    }
    expect((await inspect(`heed/${name}`)).isKept).toBe(true);
  });
});

/** Of weights, by the ranges asked for. */
function contentBytesAsked(): number {
  return test.hub.requests
    .filter(({ origin }) => origin === 'content')
    .reduce((sum, { range }) => {
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
      return sum + (end === undefined ? Number.POSITIVE_INFINITY : Number(end) - Number(start));
    }, 0);
}

describe('a sheet', () => {
  it('tells what the weights take of the device, and what that has', async () => {
    await start({ 'heed/vit': { folder: fixture(`parity/${small}`) } });
    const { memory } = await inspect('heed/vit');
    expect(memory).toMatchObject({
      // 3 layers, 3 heads, 65 tokens.
      attention: 4 * 3 * 3 * 65 ** 2,
      available: 2 ** 30,
      availableBecause: 'The browser says that this device has 1.1 GB',
    });
    const { float32 = 0, float16 = 0, int8 = 0 } = memory?.weights ?? {};
    expect(float16).toBeLessThan(float32);
    expect(int8).toBeLessThan(float16);
  });

  it('reads a long header to its end, and nothing behind it', async () => {
    const weights = longHeader();
    const headerBytes = Number(new DataView(weights.buffer).getBigUint64(0, true));
    await start({ 'heed/long': makeModel('long', smallModel({ 'model.safetensors': weights })) });
    const sheet = await inspect('heed/long');
    expect(sheet).toMatchObject({ parameterCount: 3000, storedAs: ['F32'], isEstimated: false });
    const ranges = test.hub.requests
      .filter(({ origin }) => origin === 'content')
      .map(({ range }) => range);
    expect(ranges).toEqual(['bytes=0-65535', `bytes=0-${8 + headerBytes - 1}`]);
  });

  it('counts the tensors of PyTorch’s files by their pickle', async () => {
    const kinds = ['zip.bin', 'zip64.bin', 'zip-protocol-4.bin', 'zip-deflated.bin', 'legacy.bin'];
    const models = kinds.map((name) => {
      const { 'model.safetensors': _, ...rest } = smallModel({});
      const weights = readFileSync(fixture(`torch/${name}`));
      return [`heed/${name}`, makeModel(name, { ...rest, 'pytorch_model.bin': weights })] as const;
    });
    await start(Object.fromEntries(models));
    const counts: unknown[] = [];
    for (const name of kinds) counts.push((await inspect(`heed/${name}`)).parameterCount);
    expect(counts[0]).toBeGreaterThan(0);
    expect(new Set(counts).size).toBe(1);
  });

  it('estimates where the server sends whole files alone and the part lies too far in', async () => {
    const { 'model.safetensors': _, ...rest } = smallModel({});
    const bin = new Uint8Array(3 * 2 ** 20);
    bin.set([0x50, 0x4b, 3, 4]);
    await start({ 'heed/far': makeModel('far', { ...rest, 'pytorch_model.bin': bin }) });
    test.hub.breakFile('heed/far', 'pytorch_model.bin', { kind: 'no-ranges' });
    const sheet = await inspect('heed/far');
    expect(sheet).toMatchObject({ isEstimated: true, unsupported: null });
    expect(sheet.parameterCount).toBeGreaterThan(0);
  });

  it.each([
    ['license: apache-2.0', 'apache-2.0'],
    ['license: "mit"', 'mit'],
    ['license:\n- cc-by-4.0', 'cc-by-4.0'],
    ['license: other\nlicense_name: my-own', 'my-own'],
    ['license: <script>alert(1)</script>', null],
    [`license: ${'x'.repeat(1000)}`, null],
    ['license: &a [*a, *a]', null],
    ['tags: [a]', null],
  ])('names the licence of a card with “%s”', async (line, licence) => {
    const name = `card-${Math.abs(line.length * 31 + line.charCodeAt(9))}-${licence}`;
    const card = `---\n${line}\n---\n# Model\n`;
    await start({ 'heed/card': makeModel(name, smallModel({ 'README.md': card })) });
    expect((await inspect('heed/card')).licence).toBe(licence);
  });

  it.each<[string, object, string, string]>([
    [
      'bert',
      { model_type: 'bert' },
      'model_type',
      'Models of type “bert” are not supported; vit, deit, vit_mae, dinov2, dinov2_with_registers, marian and heed-gru are.',
    ],
    [
      'silu',
      { hidden_act: 'silu' },
      'hidden_act',
      'The activation “silu” is not supported; gelu, gelu_new, quick_gelu, relu are.',
    ],
    [
      'absurd',
      { hidden_size: 1e9 },
      'hidden_size',
      'The model’s config.json cannot be used: hidden_size is 1000000000 instead of a whole number from 1 to 16384.',
    ],
    [
      'negative',
      { num_hidden_layers: -3 },
      'num_hidden_layers',
      'The model’s config.json cannot be used: num_hidden_layers is -3 instead of a whole number from 1 to 256.',
    ],
  ])('blames a field: %s', async (name, changes, field, message) => {
    await start({ 'heed/bad': makeModel(`bad-${name}`, withConfig(changes)) });
    const sheet = await inspect('heed/bad');
    expect(sheet.unsupported).toEqual({ field: `config.json: ${field}`, message });
    expect(test.hub.requests.every(({ path }) => !path.endsWith('.safetensors'))).toBe(true);
  });

  it('says what is missing or damaged', async () => {
    const { 'preprocessor_config.json': _, ...unprepared } = smallModel({});
    const { 'model.safetensors': __, ...weightless } = smallModel({});
    const huge = new Uint8Array(100);
    huge.set([0, 0, 0, 0, 0, 0, 0, 0x10]);
    await start({
      'heed/a': makeModel('unprepared', unprepared),
      'heed/b': makeModel('weightless', weightless),
      'heed/c': makeModel('huge-header', smallModel({ 'model.safetensors': huge })),
      'heed/d': makeModel(
        'nan',
        smallModel({ 'config.json': '{"model_type":"vit","hidden_size":NaN}' }),
      ),
      'heed/e': makeModel('empty', {}),
    });
    const messages = [];
    for (const id of ['a', 'b', 'c', 'd'])
      messages.push((await inspect(`heed/${id}`)).unsupported?.message);
    expect(messages).toEqual([
      'There is no preprocessor_config.json beside config.json, which says how pictures are prepared.',
      'There are no weights at this address: neither model.safetensors nor pytorch_model.bin.',
      'The weights file is damaged or cut short.',
      'The model’s config.json cannot be used: it is no JSON.',
    ]);
    await expect(inspect('heed/e')).rejects.toThrow(
      'There is no model “heed/e”: it has no config.json.',
    );
  });

  it('refuses a config.json of 200 MB without loading it', async () => {
    const model = makeModel('large', smallModel({ 'config.json': new Uint8Array(200e6).fill(32) }));
    await start({ 'heed/large': model });
    const begin = test.hub.requests.length;
    await expect(inspect('heed/large')).rejects.toThrow('config.json is too large');
    expect(test.hub.requests.length - begin).toBe(1);
    rmSync(model.folder, { recursive: true });
  });

  it('ends when it is cancelled, and when the server stalls', async () => {
    await start({ 'heed/vit': { folder: fixture(`parity/${small}`) } });
    test.hub.breakFile('heed/vit', 'config.json', { kind: 'stall', afterBytes: 10 });
    test.patience.stalledMs = 300;
    await expect(inspect('heed/vit')).rejects.toBeInstanceOf(HeedFailure);
    const controller = new AbortController();
    const source = test.at('heed/vit');
    const inspecting = test.core.inspectModel({ source }, context(controller.signal));
    controller.abort();
    await expect(inspecting).rejects.toThrow(/abort/i);
    expect(test.cache.stored.size).toBe(0);
  });
});
