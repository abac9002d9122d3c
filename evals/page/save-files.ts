import { writeNpy } from '../../src/math/npy.ts';
import type { SavePart } from './trace-job.ts';

declare global {
  /** The command's, which writes to its folder. */
  var savePart: SavePart;
}

/** Bytes that cross to the command at once: a multiple of 3, so that base64 needs no padding. */
const PART_BYTES = 3 * 2 ** 21;

export async function saveNumbers(
  name: string,
  values: Float32Array | Int32Array,
  shape: readonly number[],
): Promise<void> {
  await saveBytes(name, writeNpy(values, shape));
}

export async function saveJson(name: string, value: unknown): Promise<void> {
  await saveBytes(name, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`));
}

async function saveBytes(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let start = 0; start < bytes.length; start += PART_BYTES) {
    await savePart(name, await toBase64(bytes.subarray(start, start + PART_BYTES)));
  }
}

function toBase64(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Promise((settle, fail) => {
    const reader = new FileReader();
    reader.addEventListener('error', () => fail(reader.error ?? new Error('not readable')));
    reader.addEventListener('load', () => {
      const { result } = reader;
      settle(typeof result === 'string' ? result.slice(result.indexOf(',') + 1) : '');
    });
    reader.readAsDataURL(new Blob([bytes]));
  });
}
