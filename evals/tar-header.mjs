// One header block of a tar archive (POSIX ustar, with GNU's numbers), and pax records.

export const blockSize = 512;

/**
 * @typedef {object} TarHeader
 * @property {string} name
 * @property {number} size bytes of data behind the header
 * @property {string} type the type flag; `0` is a file
 */

const text = new TextDecoder();

/**
 * @param {Uint8Array} block
 * @param {number} start
 * @param {number} length
 */
function field(block, start, length) {
  const bytes = block.subarray(start, start + length);
  const end = bytes.indexOf(0);
  return text.decode(end === -1 ? bytes : bytes.subarray(0, end));
}

/**
 * A number: octal digits, or GNU's big-endian bytes behind a set first bit.
 * @param {Uint8Array} block
 * @param {number} start
 * @param {number} length
 * @returns {number | null} null if it is none, or too large to count exactly
 */
function number(block, start, length) {
  const first = block[start] ?? 0;
  if ((first & 0x80) === 0) {
    const digits = field(block, start, length).trim();
    if (!/^[0-7]*$/.test(digits)) return null;
    const value = digits === '' ? 0 : Number.parseInt(digits, 8);
    return Number.isSafeInteger(value) ? value : null;
  }
  let value = first & 0x7f;
  for (const byte of block.subarray(start + 1, start + length)) {
    value = value * 256 + byte;
    if (!Number.isSafeInteger(value)) return null;
  }
  return value;
}

const checksumStart = 148;
const checksumLength = 8;

/** @param {Uint8Array} block */
function hasRightChecksum(block) {
  let unsigned = 0;
  let signed = 0;
  for (const [index, byte] of block.entries()) {
    const counts = index < checksumStart || index >= checksumStart + checksumLength;
    const value = counts ? byte : 0x20;
    unsigned += value;
    // Some old programs summed signed bytes.
    signed += value < 128 ? value : value - 256;
  }
  const stored = number(block, checksumStart, checksumLength);
  return stored === unsigned || stored === signed;
}

/** @param {Uint8Array} block */
export function isZero(block) {
  return block.every((byte) => byte === 0);
}

/**
 * @param {Uint8Array} block 512 bytes
 * @returns {TarHeader | null} null if it is no header
 */
export function parseHeader(block) {
  if (!hasRightChecksum(block)) return null;
  const size = number(block, 124, 12);
  if (size === null) return null;
  const name = field(block, 0, 100);
  const flag = String.fromCharCode(block[156] ?? 0);
  const isUstar = text.decode(block.subarray(257, 263)) === 'ustar\0';
  const prefix = isUstar ? field(block, 345, 155) : '';
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    size,
    // Before POSIX a file had no flag, and a folder a slash at its name's end.
    type: flag === '\0' ? (name.endsWith('/') ? '5' : '0') : flag,
  };
}

/**
 * Pax records: `length key=value\n`, the length counting itself.
 * @param {Uint8Array} data
 * @returns {Map<string, string> | null} null where a record does not fit
 */
export function parsePax(data) {
  /** @type {Map<string, string>} */
  const records = new Map();
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(0x20, at);
    const digits = space === -1 ? '' : text.decode(data.subarray(at, space));
    const end = at + Number(digits);
    if (!/^[1-9]\d{0,9}$/.test(digits) || end <= space || end > data.length) return null;
    if (data[end - 1] !== 0x0a) return null;
    const record = text.decode(data.subarray(space + 1, end - 1));
    const equals = record.indexOf('=');
    if (equals < 1) return null;
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at = end;
  }
  return records;
}
