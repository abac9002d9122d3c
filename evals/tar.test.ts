import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { member, pax, tarOf, trailer } from './make-tar.ts';
import { readTar, TarError, type TarEntry } from './tar.mjs';

/** Chunks of a size that fits nothing, so that every border is crossed. */
async function* chunksOf(bytes: Uint8Array, size = 97) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(archive: Uint8Array, wants = (_name: string, _size: number) => true) {
  const entries: TarEntry[] = [];
  for await (const entry of readTar(chunksOf(archive), wants)) entries.push(entry);
  return entries;
}

async function namesAndTexts(archive: Uint8Array) {
  const entries = await read(archive);
  return entries.map(({ name, bytes }) => [name, bytes && new TextDecoder().decode(bytes)]);
}

const two = [
  { name: 'a.jpg', data: 'first' },
  { name: 'b.jpg', data: 'x'.repeat(1300) },
];

describe('a good archive', () => {
  it('gives its files in order', async () => {
    expect(await namesAndTexts(tarOf(two))).toEqual([
      ['a.jpg', 'first'],
      ['b.jpg', 'x'.repeat(1300)],
    ]);
  });

  it('is the same gzipped, in one member or in two', async () => {
    const archive = tarOf(two);
    const whole = await namesAndTexts(archive);
    expect(await namesAndTexts(gzipSync(archive))).toEqual(whole);
    const parts = [archive.subarray(0, 700), archive.subarray(700)];
    expect(await namesAndTexts(Buffer.concat(parts.map((part) => gzipSync(part))))).toEqual(whole);
  });

  it('may lack the two empty blocks at its end, and end where they begin', async () => {
    const whole = await namesAndTexts(tarOf(two));
    expect(await namesAndTexts(Buffer.concat(two.map(member)))).toEqual(whole);
    const more = Buffer.concat([tarOf(two), member({ name: 'behind the end' })]);
    expect(await namesAndTexts(more)).toEqual(whole);
  });

  it('is empty or has no members', async () => {
    expect(await read(new Uint8Array(0))).toEqual([]);
    expect(await read(trailer)).toEqual([]);
  });

  it('says which entries are no files, and never reads them', async () => {
    const archive = tarOf([
      { name: 'folder/', type: '5' },
      { name: 'old folder/', type: '\0', ustar: false },
      { name: 'link', type: '2' },
      { name: 'old file', type: '\0', ustar: false, data: 'old' },
    ]);
    const entries = await read(archive);
    expect(entries.map(({ isFile }) => isFile)).toEqual([false, false, false, true]);
    expect(entries.map(({ bytes }) => bytes?.length ?? null)).toEqual([null, null, null, 3]);
  });

  it('is passed over where a file is not wanted', async () => {
    const entries = await read(tarOf(two), (name) => name === 'b.jpg');
    expect(entries.map(({ bytes }) => bytes?.length ?? null)).toEqual([null, 1300]);
  });
});

describe('a long name', () => {
  const long = `${'folder/'.repeat(30)}tabby cat_1.jpg`;

  it('comes from the prefix', async () => {
    const archive = tarOf([{ name: 'b.jpg', prefix: 'some/folder', data: 'x' }]);
    expect(await namesAndTexts(archive)).toEqual([['some/folder/b.jpg', 'x']]);
  });

  it('comes from a pax header, for one member alone', async () => {
    const archive = Buffer.concat([pax({ mtime: '1.5', path: long }), tarOf(two)]);
    expect((await read(archive)).map(({ name }) => name)).toEqual([long, 'b.jpg']);
  });

  it('comes from GNU’s own header, behind a long link’s', async () => {
    const archive = Buffer.concat([
      member({ name: '././@LongLink', type: 'K', data: `${'l'.repeat(600)}\0` }),
      member({ name: '././@LongLink', type: 'L', data: `${long}\0` }),
      tarOf(two),
    ]);
    expect((await read(archive)).map(({ name }) => name)).toEqual([long, 'b.jpg']);
  });
});

describe('a size', () => {
  const binary = new Uint8Array(12);
  binary[0] = 0x80;
  binary[11] = 5;

  it('may be binary', async () => {
    const archive = tarOf([{ name: 'a.jpg', data: 'first', sizeField: binary }]);
    expect(await namesAndTexts(archive)).toEqual([['a.jpg', 'first']]);
  });

  it('may come from a pax header', async () => {
    const archive = Buffer.concat([
      pax({ size: '5' }),
      tarOf([{ name: 'a.jpg', data: 'first', sizeField: '00000000000\0' }]),
    ]);
    expect(await namesAndTexts(archive)).toEqual([['a.jpg', 'first']]);
  });

  it('that is a lie takes no memory where the file is not wanted', async () => {
    const archive = tarOf([{ name: 'a.jpg', data: 'first', sizeField: '77777777777\0' }]);
    await expect(read(archive, (_name, size) => size < 1000)).rejects.toThrow('is cut short.');
  });

  it.each([
    ['no number', 'size=first!\0'],
    ['larger than can be counted', new Uint8Array(12).fill(0xff)],
  ])('that is %s is damage', async (_what, sizeField) => {
    const archive = tarOf([...two, { name: 'c.jpg', sizeField }]);
    await expect(read(archive)).rejects.toThrow('is damaged at byte 3072.');
  });
});

describe('a bad archive', () => {
  const refusals: readonly (readonly [string, Uint8Array, string])[] = [
    ['text', Buffer.from('a'.repeat(2000)), 'is not a tar or tar.gz archive.'],
    ['shorter than a block', Buffer.from('short'), 'is cut short.'],
    ['cut in a header', tarOf(two).subarray(0, 1100), 'is cut short.'],
    ['cut in a file', tarOf(two).subarray(0, 1700), 'is cut short.'],
    ['gzip cut short', gzipSync(tarOf(two)).subarray(0, 40), 'is cut short.'],
    ['gzip that is none', Buffer.from([0x1f, 0x8b, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9]), 'is damaged'],
    ['a sparse file', tarOf([{ name: 'a', type: 'S' }]), 'sparse'],
    [
      'a pax record that runs over',
      member({ name: 'p', type: 'x', data: '99 path=a\n' }),
      'damaged',
    ],
    ['a pax record of length 0', member({ name: 'p', type: 'x', data: '0 a=b\n' }), 'damaged'],
    ['a negative pax size', pax({ size: '-5' }), 'damaged'],
    [
      'endless metadata',
      member({ name: 'p', type: 'L', sizeField: '77777777777\0' }),
      'is damaged at byte 512.',
    ],
  ];
  it.each(refusals)('is refused: %s', async (_what, archive, sentence) => {
    const error: unknown = await read(archive).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TarError);
    expect(String(error)).toContain(sentence);
  });

  it('gives the files before its damage', async () => {
    const archive = tarOf(two);
    archive[1024 + 20] = 1;
    const names: string[] = [];
    const reading = async () => {
      for await (const { name } of readTar(chunksOf(archive), () => true)) names.push(name);
    };
    await expect(reading()).rejects.toThrow('is damaged at byte 1024.');
    expect(names).toEqual(['a.jpg']);
  });
});
