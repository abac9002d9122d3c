import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HeedFailure } from '../failure.ts';
import type { CheckpointFiles } from './files.ts';
import { loadWeights } from './load-weights.ts';

type Tensor = [dtype: string, shape: number[], values: ArrayBufferView<ArrayBuffer>];

function safetensors(tensors: Record<string, Tensor>): Uint8Array<ArrayBuffer> {
  let end = 0;
  const header: Record<string, unknown> = {};
  const parts: Uint8Array[] = [];
  for (const [name, [dtype, shape, values]] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, (end += values.byteLength)] };
    parts.push(new Uint8Array(values.buffer));
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer);
  return Uint8Array.from([...length, ...text, ...parts.flatMap((part) => [...part])]);
}

const floats = (...values: number[]): Tensor => ['F32', [values.length], Float32Array.from(values)];
const FIRST = safetensors({ a: floats(1, 2) });
const SECOND = safetensors({ b: floats(3), c: floats(4, 5, 6) });
const INDEX = {
  metadata: { total_size: 24 },
  weight_map: { a: 'part-1.safetensors', b: 'part-2.safetensors', c: 'part-2.safetensors' },
};

/** A folder of files; what is a text or an object is written as one. */
function folder(contents: Record<string, unknown>): CheckpointFiles & { asked: string[] } {
  const asked: string[] = [];
  const read = (name: string): Uint8Array<ArrayBuffer> => {
    asked.push(name);
    const content = contents[name];
    if (content === undefined) throw new HeedFailure({ code: 'model-missing', message: name });
    if (content instanceof Uint8Array) return Uint8Array.from(content);
    return new TextEncoder().encode(JSON.stringify(content));
  };
  return {
    asked,
    readText: async (name) => new TextDecoder().decode(read(name)),
    readBytes: async (name, onBytes) => {
      const bytes = read(name);
      onBytes(bytes.length, bytes.length);
      return bytes;
    },
  };
}

const { signal } = new AbortController();
const load = (contents: Record<string, unknown>) =>
  loadWeights(folder(contents), { signal, onBytes: () => {} });

async function failureOf(promise: Promise<unknown>): Promise<HeedFailure['failure']> {
  const error: unknown = await promise.catch((error: unknown) => error);
  if (error instanceof HeedFailure) return error.failure;
  throw new Error(`expected a failure, got ${String(error)}`);
}

describe('loadWeights', () => {
  it('takes safetensors before anything else', async () => {
    const files = folder({ 'model.safetensors': FIRST, 'pytorch_model.bin': 'x' });
    const weights = await loadWeights(files, { signal, onBytes: () => {} });
    expect([...weights.floats('a', [2])]).toEqual([1, 2]);
    expect(files.asked).toEqual(['model.safetensors']);
  });

  it('takes pytorch_model.bin where there is nothing else', async () => {
    const bin = readFileSync(new URL('../../../e2e/fixtures/torch/module.bin', import.meta.url));
    const weights = await load({ 'pytorch_model.bin': Uint8Array.from(bin) });
    expect(weights.shape('weight')).toEqual([2, 3]);
    expect(weights.floats('bias', [2])).toHaveLength(2);
  });

  it('joins shards, each loaded once, and counts their bytes together', async () => {
    const files = folder({
      'model.safetensors.index.json': INDEX,
      'part-1.safetensors': FIRST,
      'part-2.safetensors': SECOND,
    });
    const progress: [number, number | null][] = [];
    const weights = await loadWeights(files, {
      signal,
      onBytes: (...counts) => progress.push(counts),
    });
    expect(weights.names).toEqual(['a', 'b', 'c']);
    expect(weights.has('d')).toBe(false);
    expect([...weights.floats('a', [2]), ...weights.floats('c', [3])]).toEqual([1, 2, 4, 5, 6]);
    expect(files.asked.filter((name) => name.startsWith('part'))).toHaveLength(2);
    expect(progress.map(([done]) => done)).toEqual([FIRST.length, FIRST.length + SECOND.length]);
    for (const [done, total] of progress) expect(total).toBeGreaterThanOrEqual(done);
  });

  it('says that there are no weights', async () => {
    const failure = await failureOf(load({ 'config.json': {} }));
    expect(failure).toMatchObject({ code: 'model-missing' });
    expect(failure.message).toContain('neither model.safetensors nor pytorch_model.bin');
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a shard cut short', { 'part-2.safetensors': SECOND.slice(0, -1) }, /^part-2\.safetensors: /],
    ['a shard that lacks a tensor', { 'part-2.safetensors': FIRST }, /missing: b in part-2/],
    [
      'an index that names a path',
      { 'model.safetensors.index.json': { weight_map: { a: '../part-1.safetensors' } } },
      /expected the name of a .safetensors or .bin file/,
    ],
    ['an index without places', { 'model.safetensors.index.json': {} }, /weight_map: expected/],
    ['an index that is a list', { 'model.safetensors.index.json': [1] }, /JSON object/],
  ])('rejects %s', async (_, change, detail) => {
    const contents = {
      'model.safetensors.index.json': INDEX,
      'part-1.safetensors': FIRST,
      'part-2.safetensors': SECOND,
      ...change,
    };
    expect((await failureOf(load(contents))).detail).toMatch(detail);
  });

  it('names a shard that is not there, and looks no further', async () => {
    const contents = { 'model.safetensors.index.json': INDEX, 'part-1.safetensors': FIRST };
    const failure = await failureOf(load({ ...contents, 'pytorch_model.bin': 'x' }));
    expect(failure.message).toBe('The checkpoint lacks part-2.safetensors, a part of its weights.');
  });
});

describe('weights of eight bits', () => {
  const values: Tensor = ['I8', [2, 3], Int8Array.of(127, -127, 0, 1, 2, -3)];
  const loadOne = async (beside: Record<string, Tensor>) =>
    load({ 'model.safetensors': safetensors({ 'x.weight': values, ...beside }) });

  it('are scaled as bitsandbytes has it, by rows', async () => {
    const weights = await loadOne({ 'x.SCB': floats(2, 254) });
    expect([...weights.floats('x.weight', [2, 3])]).toEqual([2, -2, 0, 2, 4, -6]);
  });

  it('are scaled as compressed-tensors has it, with a zero point', async () => {
    const weights = await loadOne({
      'x.weight_scale': ['F32', [2, 1], Float32Array.of(0.5, 2)],
      'x.weight_zero_point': ['I8', [2, 1], Int8Array.of(1, -1)],
    });
    expect([...weights.floats('x.weight', [2, 3])]).toEqual([63, -64, -0.5, 4, 6, -4]);
  });

  it('are refused without a scale, with one of another length, and in another layout', async () => {
    const read = async (beside: Record<string, Tensor>) =>
      (await loadOne(beside)).floats('x.weight', [2, 3]);
    expect((await failureOf(read({}))).message).toContain('a scale stands beside them');
    const three = { 'x.weight_scale': floats(1, 2, 3) };
    expect((await failureOf(read(three))).detail).toBe('x.weight_scale: expected [2], got [3]');
    const tiled: Tensor = ['U8', [], Uint8Array.of(1)];
    const failure = await failureOf(read({ 'x.SCB': floats(1, 2), 'x.weight_format': tiled }));
    expect(failure.message).toContain('row by row');
  });
});
