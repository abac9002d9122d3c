import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { HeedFailure } from '../failure.ts';
import { readZip } from './zip.ts';

interface Part {
  readonly name: string;
  readonly content: Uint8Array;
  readonly isDeflated?: boolean;
  /** What the directory says in place of what is true. */
  readonly claims?: { bytes?: number; packedBytes?: number; start?: number; flags?: number };
}

function bytesOf(...numbers: [value: number | bigint, length: number][]): Uint8Array {
  return Uint8Array.from(
    numbers.flatMap(([value, length]) =>
      Array.from({ length }, (_, index) => Number((BigInt(value) >> BigInt(8 * index)) & 0xffn)),
    ),
  );
}

/** @param isLarge every number of the directory stands in zip64 records */
function makeZip(parts: readonly Part[], isLarge = false): Uint8Array {
  const all: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  const add = (...chunks: Uint8Array[]): void => {
    for (const chunk of chunks) at += chunk.length;
    all.push(...chunks);
  };
  for (const { name, content, isDeflated = false, claims = {} } of parts) {
    const packed = isDeflated ? deflateRawSync(content) : content;
    const start = claims.start ?? at;
    const method = isDeflated ? 8 : 0;
    const encoded = new TextEncoder().encode(name);
    add(bytesOf([0x04034b50, 4], [20, 2], [0, 2], [method, 2], [0, 8], [0, 8]));
    add(bytesOf([encoded.length, 2], [0, 2]), encoded, Uint8Array.from(packed));
    const bytes = claims.bytes ?? content.length;
    const packedBytes = claims.packedBytes ?? packed.length;
    const extra = isLarge
      ? bytesOf(
          [0x7777, 2],
          [2, 2],
          [0, 2],
          [1, 2],
          [24, 2],
          [bytes, 8],
          [packedBytes, 8],
          [start, 8],
        )
      : new Uint8Array();
    const shown = (value: number): [number, number] => [isLarge ? 0xffffffff : value, 4];
    directory.push(
      bytesOf([0x02014b50, 4], [20, 2], [20, 2], [claims.flags ?? 0, 2], [method, 2], [0, 8]),
      bytesOf(shown(packedBytes), shown(bytes), [encoded.length, 2], [extra.length, 2], [0, 2]),
      bytesOf([0, 8], shown(start)),
      encoded,
      extra,
    );
  }
  const start = at;
  add(...directory);
  const length = at - start;
  if (isLarge) {
    const end = at;
    add(bytesOf([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 8], [parts.length, 8]));
    add(bytesOf([parts.length, 8], [length, 8], [start, 8]));
    add(bytesOf([0x07064b50, 4], [0, 4], [end, 8], [1, 4]));
  }
  const shown = (value: number): number => (isLarge ? 0xffffffff : value);
  const count = isLarge ? 0xffff : parts.length;
  add(bytesOf([0x06054b50, 4], [0, 4], [count, 2], [count, 2], [shown(length), 4]));
  add(bytesOf([shown(start), 4], [0, 2]));
  return Uint8Array.from(all.flatMap((chunk) => [...chunk]));
}

const content = Uint8Array.from({ length: 500 }, (_, index) => index % 17);
const plain: Part = { name: 'a/plain', content };
const deflated: Part = { name: 'a/deflated', content, isDeflated: true };

async function detailOf(archive: Uint8Array): Promise<string> {
  const error: unknown = await readZip(archive).catch((error: unknown) => error);
  if (!(error instanceof HeedFailure)) throw new Error(`expected a failure, got ${String(error)}`);
  expect(error.failure.code).toBe('weights-invalid');
  return error.failure.detail ?? '';
}

describe('readZip', () => {
  it.each([false, true])('reads stored and deflated files, zip64: %s', async (isLarge) => {
    const files = await readZip(makeZip([plain, deflated], isLarge));
    expect([...files.keys()]).toEqual(['a/plain', 'a/deflated']);
    for (const file of files.values()) expect(file).toEqual(content);
  });

  it.each<[string, Part[], RegExp]>([
    ['two files of one name', [plain, plain], /stands twice/],
    ['an encrypted file', [{ ...plain, claims: { flags: 1 } }], /encrypted/],
    ['a file that overlaps another', [plain, { ...deflated, claims: { start: 0 } }], /overlaps/],
    [
      'a file that begins elsewhere',
      [{ ...plain, claims: { start: 2 ** 31 } }],
      /begins outside the archive/,
    ],
    [
      'a file longer than the archive',
      [{ ...plain, claims: { bytes: 9000, packedBytes: 9000 } }],
      /ends outside the archive/,
    ],
    ['a stored file of two lengths', [{ ...plain, claims: { bytes: 9000 } }], /two lengths/],
    [
      'a file that inflates to more than it claims',
      [{ ...deflated, claims: { bytes: 400 } }],
      /does not inflate to the 400 bytes/,
    ],
    [
      'a file that inflates to less than it claims',
      [{ ...deflated, claims: { bytes: 600 } }],
      /does not inflate to the 600 bytes/,
    ],
    ['what is no deflate stream', [{ ...deflated, claims: { packedBytes: 3 } }], /a\/deflated: /],
  ])('refuses %s', async (_, parts, detail) => {
    expect(await detailOf(makeZip(parts))).toMatch(detail);
  });

  it('refuses a bomb before it inflates anything', async () => {
    const zeros = new Uint8Array(3_000_000);
    const bomb: Part = { name: 'bomb', content: zeros, isDeflated: true };
    expect(await detailOf(makeZip([bomb]))).toMatch(/^3000000 bytes in an archive of \d+$/);
    // Nor may it lie about its size.
    const liar = { ...bomb, claims: { bytes: 1000 } };
    expect(await detailOf(makeZip([liar]))).toMatch(/does not inflate to the 1000 bytes/);
  });

  it('refuses what is cut short anywhere, with zip64 too', async () => {
    for (const isLarge of [false, true]) {
      const whole = makeZip([plain, deflated], isLarge);
      for (let length = 0; length < whole.length; length += 19) {
        expect(await detailOf(whole.subarray(0, length))).toMatch(/cut short/);
      }
    }
  });

  it('survives any changed byte', async () => {
    const whole = makeZip([plain, deflated], true);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = whole.slice();
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      await readZip(changed).catch((error: unknown) => {
        if (!(error instanceof HeedFailure)) throw error;
      });
    }
  });
});
