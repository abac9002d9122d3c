import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HeedFailure } from '../failure.ts';
import { TorchFile } from './torch-file.ts';

const FIXTURES = new URL('../../../e2e/fixtures/torch/', import.meta.url);

function readFixture(name: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(new URL(name, FIXTURES)));
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8')) as T;
}

async function failureOf(file: Uint8Array): Promise<HeedFailure['failure']> {
  try {
    await TorchFile.open(file);
  } catch (error) {
    if (error instanceof HeedFailure) return error.failure;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

/** Replaces bytes that stand once in the file by others of the same length. */
function replaced(file: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(file).toString('latin1');
  const [before, after, ...others] = text.split(from);
  if (after === undefined || others.length > 0) throw new Error(`not once in the file: ${from}`);
  if (from.length !== to.length) throw new Error('another length');
  return Uint8Array.from(Buffer.from(before + to + after, 'latin1'));
}

const failure = (code: string, detail: string): unknown =>
  expect.objectContaining({ failure: expect.objectContaining({ code, detail }) });

type Expected = Record<string, Record<string, { shape: number[]; values: number[] }>>;
const EXPECTED = readJson<Expected>('expected.json');

describe.each(Object.entries(EXPECTED))('the file %s.bin', (name, tensors) => {
  it('holds what torch has put in it, whatever the strides', async () => {
    const file = await TorchFile.open(readFixture(`${name}.bin`));
    expect(Object.keys(tensors).length).toBeGreaterThan(1);
    for (const [tensor, { shape, values }] of Object.entries(tensors)) {
      expect(file.has(tensor)).toBe(true);
      expect(file.shape(tensor)).toEqual(shape);
      expect([...file.floats(tensor, shape)], tensor).toEqual(values);
    }
  });
});

describe('TorchFile', () => {
  const file = readFixture('zip.bin');
  const legacy = readFixture('legacy.bin');

  it('names what is missing, what has another shape, and types that are no weights', async () => {
    const weights = await TorchFile.open(file);
    const failing = (name: string, shape: number[]) => () => weights.floats(name, shape);
    expect(failing('none', [1])).toThrow(failure('weights-invalid', 'missing: none'));
    expect(failing('plain', [2, 3])).toThrow(
      failure('weights-invalid', 'plain: expected [2, 3], got [3, 2]'),
    );
    expect(failing('positions', [6])).toThrow(failure('model-unsupported', 'positions: I64'));
    expect(weights.has('toString')).toBe(false);
  });

  it('gives each reader numbers of its own', async () => {
    const weights = await TorchFile.open(file);
    weights.floats('tied', [5, 4]).fill(7);
    expect([...weights.floats('table', [5, 4])]).toEqual(EXPECTED['zip']?.['table']?.values);
  });

  it.each<[string, RegExp, RegExp]>([
    ['os.system, protocol 0', /opcode|posix\.system/, /pickle/],
    ['os.system, protocol 2', /“posix\.system”/, /global/],
    ['os.system, protocol 3', /“posix\.system”/, /global/],
    ['os.system, protocol 4', /“posix\.system”/, /global/],
    ['os.system, protocol 5', /“posix\.system”/, /global/],
    ['os.system, before torch 1.6', /“posix\.system”/, /global/],
    ['eval', /“__builtin__\.eval”/, /global/],
    ['getattr', /“__builtin__\.getattr”/, /global/],
    [
      'an object',
      /“(copyreg\._reconstructor|copy_reg\._reconstructor|__main__\.Settings)”/,
      /global/,
    ],
    ['bytes', /SHORT_BINBYTES/, /opcode 0x43 at byte/],
    ['a set', /EMPTY_SET/, /opcode 0x8f at byte/],
    ['a zip bomb', /20 times its size/, /40000\d{3} bytes in an archive of/],
  ])('refuses %s, and says what it asked for', async (name, message, detail) => {
    const content = readJson<Record<string, string>>('hostile.json')[name] ?? '';
    const refusal = await failureOf(Uint8Array.from(Buffer.from(content, 'base64')));
    expect(refusal.code).toBe('weights-invalid');
    expect(refusal.message).toMatch(message);
    expect(refusal.detail).toMatch(detail);
  });

  it('refuses files cut short anywhere', async () => {
    for (const whole of [file, legacy]) {
      for (let length = 0; length < whole.length; length += 13) {
        expect((await failureOf(whole.slice(0, length))).code).toBe('weights-invalid');
      }
    }
  });

  it('survives any changed byte: it reads, or fails as data', async () => {
    for (const whole of [file, legacy]) {
      for (let at = 0; at < whole.length; at += 7) {
        const changed = whole.slice();
        changed[at] = (changed[at] ?? 0) ^ 0xff;
        try {
          const weights = await TorchFile.open(changed);
          for (const name of weights.names) weights.floats(name, weights.shape(name));
        } catch (error) {
          if (!(error instanceof HeedFailure)) throw error;
        }
      }
    }
  });

  it('refuses tensors that leave their storage', async () => {
    // [3, 2] with strides [2, 1] from 0: K\x03K\x02\x86 and K\x02K\x01\x86 in the pickle.
    const shape = 'K\x03K\x02\x86';
    const tests: [string, string, RegExp][] = [
      [`K\x00${shape}`, `K\x01${shape}`, /plain: \[3, 2\] with strides \[2, 1\] at 1 leaves/],
      [shape, 'K\x03K\x09\x86', /plain: \[3, 9\]/],
    ];
    for (const [from, to, detail] of tests) {
      const refusal = await failureOf(replaced(file, from, to));
      expect(refusal.detail).toMatch(detail);
    }
  });

  it('refuses what is no file of torch', async () => {
    const page = new TextEncoder().encode('<!doctype html><title>404</title>');
    expect((await failureOf(page)).message).toMatch(/not one that PyTorch has written/);
    expect((await failureOf(new Uint8Array())).code).toBe('weights-invalid');
    const big = replaced(file, 'little', 'big\n\n\n');
    expect((await failureOf(big)).code).toBe('model-unsupported');
  });
});
