// Reads a tar or tar.gz archive as a stream. The archive may be anyone's: nothing in it is believed
// before it is checked, and nothing is written to disk.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ByteQueue, CutShort } from './byte-queue.mjs';
import { blockSize, isZero, parseHeader, parsePax } from './tar-header.mjs';

/** An archive that can't be read; the message is one sentence without the file's name. */
export class TarError extends Error {}

/**
 * @typedef {object} TarEntry
 * @property {string} name
 * @property {boolean} isFile false for folders, links and devices
 * @property {number} size
 * @property {Uint8Array | null} bytes null unless wanted
 */

/** Names and pax records are short; more than this is an attack or damage. */
const maxMetadataBytes = 1 << 20;

/**
 * What headers before an entry say of it.
 * @typedef {object} Extension
 * @property {string} name
 * @property {number} size
 */

/** @param {Uint8Array} data */
function nullTerminated(data) {
  const end = data.indexOf(0);
  return new TextDecoder().decode(end === -1 ? data : data.subarray(0, end));
}

/**
 * @param {Uint8Array} data
 * @param {number} position
 * @returns {Partial<Extension>}
 */
function paxExtension(data, position) {
  const records = parsePax(data);
  const size = records?.get('size');
  if (records === null || (size !== undefined && !/^\d{1,15}$/.test(size)))
    throw new TarError(`is damaged at byte ${position}.`);
  const name = records.get('path');
  return {
    ...(name === undefined ? {} : { name }),
    ...(size === undefined ? {} : { size: Number(size) }),
  };
}

/**
 * @param {ByteQueue} queue
 * @param {number} size
 */
async function readMetadata(queue, size) {
  if (size > maxMetadataBytes) throw new TarError(`is damaged at byte ${queue.position}.`);
  const data = await queue.read(size);
  await queue.skip(padding(size));
  return data;
}

/** @param {number} size */
function padding(size) {
  return (blockSize - (size % blockSize)) % blockSize;
}

/**
 * Undoes gzip where the first two bytes are gzip's.
 * @param {AsyncIterable<Uint8Array>} source
 * @returns {Promise<ByteQueue>}
 */
async function openStream(source) {
  const raw = new ByteQueue(source);
  if (await raw.isAtEnd()) return raw;
  const magic = await raw.read(2);
  async function* whole() {
    yield magic;
    yield* raw.rest();
  }
  if (magic[0] !== 0x1f || magic[1] !== 0x8b) return new ByteQueue(whole());
  const input = Readable.from(whole());
  const gunzip = createGunzip();
  input.on('error', (error) => gunzip.destroy(error));
  return new ByteQueue(input.pipe(gunzip));
}

/**
 * @param {ByteQueue} queue
 * @param {(name: string, size: number) => boolean} wants
 * @returns {AsyncGenerator<TarEntry, void, undefined>}
 */
async function* readEntries(queue, wants) {
  /** @type {Partial<Extension>} */
  let common = {};
  /** @type {Partial<Extension>} */
  let own = {};
  while (!(await queue.isAtEnd())) {
    const position = queue.position;
    const block = await queue.read(blockSize);
    if (isZero(block)) return;
    const header = parseHeader(block);
    if (header === null) {
      throw new TarError(
        position === 0 ? 'is not a tar or tar.gz archive.' : `is damaged at byte ${position}.`,
      );
    }
    if (header.type === 'x') {
      own = { ...own, ...paxExtension(await readMetadata(queue, header.size), position) };
    } else if (header.type === 'g') {
      common = { ...common, ...paxExtension(await readMetadata(queue, header.size), position) };
    } else if (header.type === 'L') {
      own = { ...own, name: nullTerminated(await readMetadata(queue, header.size)) };
    } else if (header.type === 'K') {
      await readMetadata(queue, header.size);
    } else if (header.type === 'S') {
      throw new TarError(`holds a sparse file at byte ${position}, which Heed does not read.`);
    } else {
      const { name, size } = { ...header, ...common, ...own };
      own = {};
      // `7` is a contiguous file, which no system has had for decades.
      const isFile = header.type === '0' || header.type === '7';
      const wanted = isFile && wants(name, size);
      const bytes = wanted ? await queue.read(size) : null;
      await queue.skip(padding(size) + (wanted ? 0 : size));
      yield { name, isFile, size, bytes };
    }
  }
}

/**
 * The entries of an archive, in order.
 * @param {AsyncIterable<Uint8Array>} source the archive's bytes; gzip is seen by its first bytes
 * @param {(name: string, size: number) => boolean} wants whether a file's bytes are wanted; they
 *   are held in memory, so look at the size
 * @returns {AsyncGenerator<TarEntry, void, undefined>}
 * @throws TarError if it is no tar, damaged or cut short
 */
export async function* readTar(source, wants) {
  try {
    yield* readEntries(await openStream(source), wants);
  } catch (error) {
    if (error instanceof CutShort) throw new TarError('is cut short.');
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'Z_BUF_ERROR') throw new TarError('is cut short.');
    if (code.startsWith('Z_')) throw new TarError('is damaged: its gzip data can’t be read.');
    throw error;
  }
}

/**
 * @param {string} path
 * @param {(name: string, size: number) => boolean} wants
 */
export function readTarFile(path, wants) {
  return readTar(createReadStream(path, { highWaterMark: 1 << 18 }), wants);
}
