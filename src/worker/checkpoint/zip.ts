/**
 * Reads a zip archive (APPNOTE.TXT 6.3.10, stored and deflated entries, zip64). The archive is
 * hostile input: every offset and length is checked against the file, entries may not share bytes,
 * and what is inflated is bounded before and while it is inflated.
 */
import { describeCause } from '../describe-cause.ts';
import { fail } from '../failure.ts';
import { inflate } from './inflate.ts';

const LOCAL_HEADER = 0x04034b50;
const CENTRAL_HEADER = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const END_64_LOCATOR = 0x07064b50;
const LONGEST_COMMENT = 0xffff;
const MOST_ENTRIES = 100_000;

/**
 * All entries together may inflate to so many times the archive's length, and this many bytes more.
 * Weights hardly shrink when they are deflated; a bomb grows a thousandfold.
 */
export const LARGEST_GROWTH = { ratio: 20, bytes: 2 ** 20 };

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly headerStart: number;
}

/**
 * Every file of an archive, by name. Stored files are views of the archive, not copies.
 * @throws HeedFailure `weights-invalid` if the archive is damaged, cut short, encrypted, or would
 *   inflate beyond the bound
 */
export async function readZip(archive: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const directory = findDirectory(view);
  const entries = readDirectory(archive, view, directory);
  checkGrowth(entries, archive.byteLength);
  const files = new Map<string, Uint8Array>();
  for (const { entry, start } of placeEntries(view, entries, directory.start)) {
    const packed = archive.subarray(start, start + entry.packedBytes);
    files.set(entry.name, entry.method === 0 ? packed : await unpack(entry, packed));
  }
  return files;
}

/** One file of an archive of which no more than parts are at hand. */
export interface ZipPart {
  /** Where its local header begins in the archive. */
  readonly start: number;
  readonly packedBytes: number;
  /** @param part the archive from `start` on, at least `LARGEST_LOCAL_HEADER + packedBytes` long or to the end */
  readonly open: (part: Uint8Array) => Promise<Uint8Array>;
}

/** A local header with the longest name and padding that are looked at. */
export const LARGEST_LOCAL_HEADER = 30 + 1024 + 4096;

/**
 * Finds one file by the archive's end alone.
 * @param tail the archive's last bytes
 * @param base where they begin in it
 * @returns the file, null if there is none, or how far back the directory begins, where `tail` lacks
 *   a part of it
 * @throws HeedFailure `weights-invalid` if the directory is damaged
 */
export function findInTail(
  tail: Uint8Array,
  base: number,
  isWanted: (name: string) => boolean,
): ZipPart | { readonly directoryStart: number } | null {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const directory = findDirectory(view, base);
  if (directory.start < 0) return { directoryStart: base + directory.start };
  const entry = readDirectory(tail, view, directory).find(({ name }) => isWanted(name));
  if (entry === undefined) return null;
  const { headerStart, packedBytes } = entry;
  if (headerStart + 30 + packedBytes > base + tail.byteLength) {
    return invalid(`${entry.name}: ends outside the archive`);
  }
  return { start: headerStart, packedBytes, open: (part) => openPart(entry, part) };
}

async function openPart(entry: Entry, part: Uint8Array): Promise<Uint8Array> {
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  if (part.byteLength < 30 || view.getUint32(0, true) !== LOCAL_HEADER) {
    return invalid(`${entry.name}: has no header`);
  }
  const start = 30 + view.getUint16(26, true) + view.getUint16(28, true);
  const packed = part.subarray(start, start + entry.packedBytes);
  if (packed.length < entry.packedBytes) return invalid(`${entry.name}: is cut short`);
  return entry.method === 0 ? packed : unpack(entry, packed);
}

/** Whether the file begins as a zip archive does. */
export function isZip(file: Uint8Array): boolean {
  return file[0] === 0x50 && file[1] === 0x4b && file[2] === 3 && file[3] === 4;
}

async function unpack({ name, bytes }: Entry, packed: Uint8Array): Promise<Uint8Array> {
  let unpacked: Uint8Array | null;
  try {
    unpacked = await inflate(packed, bytes);
  } catch (error) {
    return invalid(`${name}: ${describeCause(error)}`);
  }
  return unpacked ?? invalid(`${name}: does not inflate to the ${bytes} bytes that it claims`);
}

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

/**
 * @param base where the view begins in the archive
 * @returns places in the view; the start may lie before it
 */
function findDirectory(view: DataView, base = 0): Directory {
  const last = view.byteLength - 22;
  const first = Math.max(0, last - LONGEST_COMMENT);
  for (let at = last; at >= first; at -= 1) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + 22 + view.getUint16(at + 20, true) !== view.byteLength) continue;
    const bytes = view.getUint32(at + 12, true);
    const start = view.getUint32(at + 16, true);
    const count = view.getUint16(at + 10, true);
    const isLarge = count === 0xffff || bytes === 0xffffffff || start === 0xffffffff;
    const directory = isLarge
      ? findDirectory64(view, at, base)
      : { start: start - base, end: start + bytes - base, count };
    if (directory.end > at || directory.start > directory.end) invalid('directory out of range');
    if (directory.count > MOST_ENTRIES) invalid(`${directory.count} entries`);
    return directory;
  }
  return invalid('no end of the zip directory: the file is cut short');
}

function findDirectory64(view: DataView, end: number, base: number): Directory {
  const locator = end - 20;
  if (locator < 0 || view.getUint32(locator, true) !== END_64_LOCATOR) invalid('no zip64 locator');
  const at = Number(view.getBigUint64(locator + 8, true)) - base;
  if (at < 0 || at + 56 > locator || view.getUint32(at, true) !== END_64)
    invalid('no zip64 end record');
  const count = Number(view.getBigUint64(at + 32, true));
  const start = Number(view.getBigUint64(at + 48, true)) - base;
  return { start, end: start + Number(view.getBigUint64(at + 40, true)), count };
}

function readDirectory(archive: Uint8Array, view: DataView, directory: Directory): Entry[] {
  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = directory.start;
  for (let index = 0; index < directory.count; index += 1) {
    if (at + 46 > directory.end || view.getUint32(at, true) !== CENTRAL_HEADER) {
      invalid(`entry ${index} of the directory is damaged`);
    }
    const nameStart = at + 46;
    const extraStart = nameStart + view.getUint16(at + 28, true);
    const extraEnd = extraStart + view.getUint16(at + 30, true);
    at = extraEnd + view.getUint16(at + 32, true);
    if (at > directory.end) invalid(`entry ${index} of the directory is cut short`);
    const name = new TextDecoder().decode(archive.subarray(nameStart, extraStart));
    if (names.has(name)) invalid(`${name}: stands twice in the archive`);
    names.add(name);
    entries.push(readEntry(view, name, nameStart - 46, extraStart, extraEnd));
  }
  return entries;
}

function readEntry(
  view: DataView,
  name: string,
  at: number,
  extraStart: number,
  extraEnd: number,
): Entry {
  if ((view.getUint16(at + 8, true) & 1) !== 0) invalid(`${name}: is encrypted`);
  const method = view.getUint16(at + 10, true);
  if (method !== 0 && method !== 8) invalid(`${name}: unknown compression ${method}`);
  const large = largeNumbers(view, extraStart, extraEnd);
  // A field of all ones stands in the zip64 record; they follow in this order.
  const read = (offset: number): number => {
    const value = view.getUint32(offset, true);
    return value === 0xffffffff ? (large.shift() ?? invalid(`${name}: no zip64 record`)) : value;
  };
  const bytes = read(at + 24);
  const packedBytes = read(at + 20);
  const headerStart = read(at + 42);
  if (method === 0 && packedBytes !== bytes) invalid(`${name}: stored with two lengths`);
  return { name, method, packedBytes, bytes, headerStart };
}

function largeNumbers(view: DataView, start: number, end: number): number[] {
  for (let at = start; at + 4 <= end;) {
    const bytes = view.getUint16(at + 2, true);
    const next = at + 4 + bytes;
    if (next > end) return invalid('an extra field is cut short');
    if (view.getUint16(at, true) === 1) {
      const count = Math.floor(bytes / 8);
      return Array.from({ length: count }, (_, index) =>
        Number(view.getBigUint64(at + 4 + 8 * index, true)),
      );
    }
    at = next;
  }
  return [];
}

/** Reads where each entry's bytes begin; no byte may belong to two entries. */
function placeEntries(
  view: DataView,
  entries: readonly Entry[],
  limit: number,
): { entry: Entry; start: number }[] {
  let free = 0;
  return entries
    .toSorted((a, b) => a.headerStart - b.headerStart)
    .map((entry) => {
      const { name, headerStart, packedBytes } = entry;
      if (headerStart < free) invalid(`${name}: overlaps the entry before it`);
      if (headerStart + 30 > limit) invalid(`${name}: begins outside the archive`);
      if (view.getUint32(headerStart, true) !== LOCAL_HEADER) invalid(`${name}: has no header`);
      const start =
        headerStart +
        30 +
        view.getUint16(headerStart + 26, true) +
        view.getUint16(headerStart + 28, true);
      free = start + packedBytes;
      if (free > limit) invalid(`${name}: ends outside the archive`);
      return { entry, start };
    });
}

function checkGrowth(entries: readonly Entry[], archiveBytes: number): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const most = LARGEST_GROWTH.ratio * archiveBytes + LARGEST_GROWTH.bytes;
  if (bytes <= most) return;
  fail(
    'weights-invalid',
    `The weights file would unpack to more than ${LARGEST_GROWTH.ratio} times its size, and is refused.`,
    `${bytes} bytes in an archive of ${archiveBytes}`,
  );
}

function invalid(detail: string): never {
  fail('weights-invalid', 'The weights file is damaged or cut short.', `zip: ${detail}`);
}
