/** Pictures made for the tests, byte by byte where that is what a test is about. */
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { deflateSync } from 'node:zlib';

export interface TestFile {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

export function sampleFile(name: string): TestFile {
  return {
    name: `${name}.jpg`,
    mimeType: 'image/jpeg',
    buffer: readFileSync(new URL(`../../public/samples/${name}.jpg`, import.meta.url)),
  };
}

export function fixtureFile(name: string, mimeType: string): TestFile {
  return {
    name,
    mimeType,
    buffer: readFileSync(new URL(`../fixtures/pictures/${name}`, import.meta.url)),
  };
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** PNG colour types. */
const colourTypes = { grey: 0, rgb: 2, rgba: 6 } as const;
const channelCounts = { grey: 1, rgb: 3, rgba: 4 } as const;

/**
 * A PNG of 8 bits a channel.
 * @param pixel writes one pixel's channels
 */
export function png(
  name: string,
  width: number,
  height: number,
  colour: keyof typeof colourTypes,
  pixel: (x: number, y: number) => readonly number[],
): TestFile {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = colourTypes[colour];
  const stride = 1 + width * channelCounts[colour];
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      rows.set(pixel(x, y), y * stride + 1 + x * channelCounts[colour]);
  return { name, mimeType: 'image/png', buffer: pngFile(header, deflateSync(rows)) };
}

function pngFile(header: Buffer, data: Buffer): Buffer {
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))];
  return Buffer.concat([signature, ...parts]);
}

/** A huge PNG of one bit a pixel, black above, white below. */
export function hugePng(name: string, width: number, height: number): TestFile {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const stride = 1 + Math.ceil(width / 8);
  const rows = Buffer.alloc(stride * height);
  for (let y = Math.floor(height / 2); y < height; y += 1)
    rows.fill(255, y * stride + 1, (y + 1) * stride);
  return { name, mimeType: 'image/png', buffer: pngFile(header, deflateSync(rows, { level: 1 })) };
}

/**
 * A JPEG that says it lies on its side: an EXIF segment behind the start marker.
 * @param orientation EXIF tag 0x0112, 1 to 8
 */
export function withOrientation(file: TestFile, orientation: number): TestFile {
  const tiff = Buffer.alloc(26);
  tiff.write('MM\0*', 0, 'latin1');
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(0x0112, 10);
  tiff.writeUInt16BE(3, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  const exif = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const marker = Buffer.from([0xff, 0xe1, 0, 0]);
  marker.writeUInt16BE(exif.length + 2, 2);
  const { buffer } = file;
  return {
    ...file,
    buffer: Buffer.concat([buffer.subarray(0, 2), marker, exif, buffer.subarray(2)]),
  };
}

function gifFrame(codes: readonly number[]): Buffer {
  return Buffer.from([0x2c, 0, 0, 0, 0, 8, 0, 8, 0, 0, 2, codes.length, ...codes, 0]);
}

/** An animated GIF, 8 × 8: first frame red, second blue. */
export function animatedGif(): TestFile {
  const screen = Buffer.from([8, 0, 8, 0, 0x80, 0, 0]);
  const palette = Buffer.from([255, 0, 0, 0, 0, 255]);
  const delay = Buffer.from([0x21, 0xf9, 4, 0, 5, 0, 0, 0]);
  return {
    name: 'animated.gif',
    mimeType: 'image/gif',
    buffer: Buffer.concat([
      Buffer.from('GIF89a', 'latin1'),
      screen,
      palette,
      delay,
      gifFrame(lzw(0)),
      delay,
      gifFrame(lzw(1)),
      Buffer.from([0x3b]),
    ]),
  };
}

/** GIF's LZW of 64 equal pixels: a clear code before each, so that codes stay 3 bits wide. */
function lzw(pixel: number): number[] {
  const codes: number[] = [];
  for (let i = 0; i < 64; i += 1) codes.push(4, pixel);
  codes.push(5);
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const code of codes) {
    bits |= code << held;
    held += 3;
    while (held >= 8) {
      bytes.push(bits & 255);
      bits >>= 8;
      held -= 8;
    }
  }
  if (held > 0) bytes.push(bits & 255);
  return bytes;
}

export function svg(name: string, markup: string): TestFile {
  return { name, mimeType: 'image/svg+xml', buffer: Buffer.from(markup) };
}
