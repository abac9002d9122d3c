import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { kernelFile } from '../../../../e2e/harness/node-kernels.ts';
import {
  builtFolder,
  assemblyOf,
  buildKernels,
  checksums,
  hasCompiler,
} from '../../../../scripts/build-kernels.mjs';
import { chooseKernelFile, instantiateKernels, simdFeatures } from './kernel-module.ts';

const FILES = [
  'kernels-simd.wasm',
  'kernels-relaxed.wasm',
  'kernels-simd-shared.wasm',
  'kernels-relaxed-shared.wasm',
];

beforeAll(() => {
  // Newer versions of Node have relaxed SIMD without being asked, and no such flag.
  setFlagsFromString('--experimental-wasm-relaxed-simd');
});

function memoryFor(file: string): WebAssembly.Memory {
  return file.includes('shared')
    ? new WebAssembly.Memory({ initial: 256, maximum: 65536, shared: true })
    : new WebAssembly.Memory({ initial: 256 });
}

describe('the committed kernels', () => {
  it('are what the build wrote from these sources', () => {
    const recorded: unknown = JSON.parse(readFileSync(join(builtFolder, 'checksums.json'), 'utf8'));
    expect(checksums(), 'run `npm run build:kernels` and commit what it writes').toEqual(recorded);
    expect(Object.keys(checksums().built).toSorted()).toEqual(FILES.toSorted());
  });

  const folder = mkdtempSync(join(tmpdir(), 'heed-kernels-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.skipIf(!hasCompiler())(
    'are what clang 19 makes of the sources',
    () => {
      buildKernels(folder);
      for (const file of FILES) {
        const isSame = readFileSync(join(folder, file)).equals(
          readFileSync(join(builtFolder, file)),
        );
        expect(isSame, file).toBe(true);
      }
    },
    120_000,
  );

  it.skipIf(!hasCompiler())(
    'put nothing on a stack, which threads would share',
    () => {
      for (const relaxed of [false, true])
        expect(assemblyOf(relaxed)).not.toContain('global.get\t__stack_pointer');
    },
    120_000,
  );

  it.each(FILES)('%s has no data of its own, which would overwrite tfjs’s', (file) => {
    const sections = sectionsOf(kernelFile(file));
    expect(sections).toContain(CODE_SECTION);
    expect(sections).not.toContain(DATA_SECTION);
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(kernelFile(file)));
    expect(imports).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  });

  it.each(FILES)('%s touches nothing but its results', (file) => {
    const memory = memoryFor(file);
    const kernels = instantiateKernels(new WebAssembly.Module(kernelFile(file)), memory);
    const values = new Float32Array(memory.buffer);
    values.fill(7);
    // [2, 3] · [3, 9] + bias: a at 4096, b at 8192, panels at 16384, bias at 32768, c at 65536.
    values.set([1, 2, 3, 4, 5, 6], 4096 / 4);
    values.set(
      Array.from({ length: 27 }, (_, index) => index),
      8192 / 4,
    );
    values.set(
      Array.from({ length: 9 }, () => 0.5),
      32768 / 4,
    );
    kernels.pack(0, 0, 2, 8192, 9, 1, 16384, 3, 9);
    kernels.multiply_rows(0, 0, 2, 4096, 16384, 32768, 65536, 3, 9, 0);
    const expected = [0, 1].flatMap((row) =>
      Array.from({ length: 9 }, (_, column) =>
        [0, 1, 2].reduce((sum, k) => sum + (3 * row + k + 1) * (9 * k + column), 0.5),
      ),
    );
    expect([...values.subarray(65536 / 4, 65536 / 4 + 18)]).toEqual(expected);
    const touched = [
      [4096, 6],
      [8192, 27],
      [16384, 48],
      [32768, 9],
      [65536, 18],
    ] as const;
    for (const [address, count] of touched) values.fill(7, address / 4, address / 4 + count);
    expect(values.every((value) => value === 7)).toBe(true);
  });
});

describe('the build for a browser', () => {
  it.each([
    [false, false, false, null],
    [false, false, true, null],
    [true, false, false, 'simd'],
    [true, false, true, 'simdShared'],
    [true, true, false, 'relaxed'],
    [true, true, true, 'relaxedShared'],
  ])('SIMD %s, relaxed %s, shared memory %s: %s', (simd, relaxed, isShared, expected) => {
    expect(chooseKernelFile({ simd, relaxed }, isShared)).toBe(expected);
  });

  it('asks with modules that are valid where the features are', () => {
    expect(simdFeatures()).toEqual({ simd: true, relaxed: true });
  });

  it('refuses another module', () => {
    const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    expect(() => instantiateKernels(empty, memoryFor('simd'))).toThrow('lacks a function');
  });
});

const CODE_SECTION = 10;
const DATA_SECTION = 11;

/** The kinds of a module's sections. */
function sectionsOf(bytes: Uint8Array): number[] {
  const kinds: number[] = [];
  let at = 8;
  const next = (): number => {
    const byte = bytes[at];
    if (byte === undefined) throw new RangeError('The module ends too early.');
    at += 1;
    return byte;
  };
  while (at < bytes.length) {
    kinds.push(next());
    let [length, shift] = [0, 0];
    for (let more = true; more; shift += 7) {
      const byte = next();
      length += (byte & 127) * 2 ** shift;
      more = byte >= 128;
    }
    at += length;
  }
  return kinds;
}
