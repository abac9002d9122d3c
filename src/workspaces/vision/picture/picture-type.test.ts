import { describe, expect, it } from 'vitest';
import { isTruncated, pictureType } from './picture-type.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('picture type', () => {
  it('is read from the first bytes', () => {
    expect(pictureType(bytes(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10))).toBe('png');
    expect(pictureType(bytes(0xff, 0xd8, 0xff, 0xe0))).toBe('jpeg');
    expect(pictureType(text('RIFF....WEBPVP8 '))).toBe('webp');
    expect(pictureType(text('....ftypavif....'))).toBe('avif');
    expect(pictureType(text('....ftypmif1....avif'))).toBe('avif');
    expect(pictureType(text('GIF89a'))).toBe('gif');
    expect(pictureType(text('BM'))).toBe('bmp');
  });
  it('knows SVG behind a declaration, a comment and a byte-order mark', () => {
    expect(pictureType(text('<svg xmlns="x"/>'))).toBe('svg');
    expect(pictureType(text('\uFEFF<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg><svg>'))).toBe(
      'svg',
    );
  });
  it('is null for text, for HTML that holds an SVG, and for nothing', () => {
    expect(pictureType(text('hello, this is no picture'))).toBeNull();
    expect(pictureType(text('<html><svg></svg></html>'))).toBeNull();
    expect(pictureType(bytes())).toBeNull();
  });
});

describe('a truncated picture', () => {
  it('is a JPEG whose last scan has no end marker', () => {
    const thumbnail = [0xff, 0xda, 1, 0xff, 0xd9];
    expect(isTruncated('jpeg', bytes(0xff, 0xd8, ...thumbnail, 0xff, 0xda, 1, 2))).toBe(true);
    expect(isTruncated('jpeg', bytes(0xff, 0xd8, ...thumbnail, 0xff, 0xda, 1, 0xff, 0xd9))).toBe(
      false,
    );
  });
  it('is a PNG without its last chunk', () => {
    expect(isTruncated('png', text('.PNG....IHDR....IDAT....'))).toBe(true);
    expect(isTruncated('png', text('.PNG....IHDR....IDAT....IEND....'))).toBe(false);
  });
  it('is a WebP or BMP shorter than its header says', () => {
    expect(isTruncated('webp', bytes(82, 73, 70, 70, 200, 0, 0, 0, 87, 69, 66, 80))).toBe(true);
    expect(isTruncated('bmp', bytes(66, 77, 200, 0, 0, 0))).toBe(true);
  });
});
