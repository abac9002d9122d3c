import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { Safetensors } from '../src/worker/checkpoint/safetensors.ts';

const fixtures = fileURLToPath(new URL('./fixtures/', import.meta.url));
let out: string;

test.beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'heed-trace-'));
});

test.afterEach(() => {
  rmSync(out, { recursive: true, force: true });
});

test.describe.configure({ timeout: 300_000 });

async function trace(...args: string[]) {
  const path = fileURLToPath(new URL('../evals/trace.mjs', import.meta.url));
  const process = spawn('node', [path, '--out', out, ...args]);
  let output = '';
  let complaints = '';
  process.stdout.on('data', (data: Buffer) => (output += data.toString()));
  process.stderr.on('data', (data: Buffer) => (complaints += data.toString()));
  const code = await new Promise<number | null>((resolve) => process.on('close', resolve));
  return { code, output, complaints };
}

function readTensors(path: string): Safetensors {
  return new Safetensors(Uint8Array.from(readFileSync(join(fixtures, path))));
}

/** The numbers of a NumPy file of four bytes each, and its shape in words. */
function readNpy(name: string): { floats: Float32Array; integers: Int32Array; shape: string } {
  const bytes = Uint8Array.from(readFileSync(join(out, name)));
  const start = 10 + new DataView(bytes.buffer).getUint16(8, true);
  const header = new TextDecoder('latin1').decode(bytes.subarray(10, start));
  const { buffer } = bytes.slice(start);
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? '';
  return { floats: new Float32Array(buffer), integers: new Int32Array(buffer), shape };
}

function expectClose(name: string, tensors: Safetensors, tensor: string, bound: number): void {
  const { floats, shape } = readNpy(name);
  const sizes = tensors.shape(tensor);
  const expected = tensors.floats(tensor, sizes);
  expect(shape.replace(/,$/, '')).toBe(
    sizes.filter((_, axis) => sizes.length < 4 || axis).join(', '),
  );
  expect(floats).toHaveLength(expected.length);
  const largest = floats.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (expected[index] ?? Number.NaN))),
    0,
  );
  expect(largest, name).toBeLessThan(bound);
}

/** A picture as a BMP file, which loses nothing. */
function writePicture(tensors: Safetensors): string {
  const [height = 0, width = 0] = tensors.shape('image');
  const rgb = tensors.bytes('image');
  const rowBytes = Math.ceil((3 * width) / 4) * 4;
  const file = Buffer.alloc(54 + rowBytes * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  for (const [value, at] of [
    [54, 10],
    [40, 14],
    [width, 18],
    [-height, 22],
  ] as const) {
    file.writeInt32LE(value, at);
  }
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const value = rgb[3 * (y * width + x) + 2 - channel] ?? 0;
        file[54 + y * rowBytes + 3 * x + channel] = value;
      }
    }
  }
  const path = join(out, 'picture.bmp');
  writeFileSync(path, file);
  return path;
}

test('a picture’s files hold what transformers computed with it', async () => {
  const name = 'dinov2-registers-larger';
  const expected = readTensors(`parity/${name}/expected.safetensors`);
  const picture = writePicture(expected);
  const model = join(fixtures, 'parity', name);
  const { code, output, complaints } = await trace(
    '--model',
    model,
    '--image',
    picture,
    '--backend',
    'wasm',
  );
  expect(code, complaints).toBe(0);
  const summary: unknown = JSON.parse(output);
  expect(summary).toMatchObject({ model: name, backend: 'wasm', layers: 2, heads: 3 });
  for (const layer of [0, 1]) {
    expectClose(`attention.self.${layer}.npy`, expected, `attentions.${layer}`, 1e-4);
  }
  expectClose('logits.npy', expected, 'logits', 1e-3);
  // Two levels of 255, as for all preparing.
  expectClose('input.npy', expected, 'pixel_values', 2 / 255 / 0.22);
  const { tokens } = JSON.parse(readFileSync(join(out, 'tokens.json'), 'utf8')) as {
    tokens: { token: string; special: boolean }[];
  };
  expect(tokens.slice(0, 3).map(({ token }) => token)).toEqual(['[CLS]', '[REG1]', 'patch']);
});

test('a sentence’s files hold what transformers computed with it', async () => {
  const folder = join(fixtures, 'opus/marian-opus');
  const expected = readTensors('opus/marian-opus/expected.safetensors');
  const { forced } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
    forced: { source: string; target: string; sourceIds: number[] };
  };
  const { code, output, complaints } = await trace(
    '--model',
    folder,
    '--text',
    forced.source,
    '--target',
    forced.target,
    '--backend',
    'cpu',
  );
  expect(code, complaints).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ model: 'marian-opus', backend: 'cpu', layers: 2 });
  for (const [stack, count] of [
    ['encoder', 3],
    ['decoder', 2],
    ['cross', 2],
  ] as const) {
    for (let layer = 0; layer < count; layer += 1) {
      expectClose(
        `attention.${stack}.${layer}.npy`,
        expected,
        `${stack}_attentions.${layer}`,
        1e-4,
      );
    }
  }
  expectClose('logits.npy', expected, 'logits', 1e-2);
  expect([...readNpy('input.npy').integers]).toEqual(forced.sourceIds);
});

test('what cannot be traced is told in one sentence, and nothing is written', async () => {
  const { code, output, complaints } = await trace('--model', 'nowhere', '--text', 'a');
  expect(code).toBe(1);
  expect(output).toBe('');
  expect(complaints).toMatch(/^--model: "nowhere" is neither .*\.\n$/);
  expect(readdirSync(out)).toEqual([]);
});
