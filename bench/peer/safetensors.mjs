// Checkpoints of the benchmark: read, or made at random.
import { openSync, readFileSync, writeSync, closeSync } from 'node:fs';

/**
 * @typedef {object} Tensor
 * @property {readonly number[]} shape
 * @property {Float32Array} values
 */

/** @param {Uint16Array} halves */
function widen(halves) {
  const values = new Float32Array(halves.length);
  for (const [index, half] of halves.entries()) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    const isSubnormal = exponent === 0;
    const mantissa = isSubnormal ? fraction / 1024 : 1 + fraction / 1024;
    values[index] = sign * mantissa * 2 ** (isSubnormal ? -14 : exponent - 15);
  }
  return values;
}

/**
 * The tensors of a file that Heed made itself: F32 and F16.
 * @param {string} path
 * @returns {Map<string, Tensor>}
 */
export function readTensors(path) {
  const file = readFileSync(path);
  const headerLength = Number(file.readBigUInt64LE(0));
  /** @type {Record<string, { dtype: string, shape: number[], data_offsets: [number, number] }>} */
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerLength));
  const tensors = new Map();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [start, end] = entry.data_offsets;
    // Copied, since a view must begin at a multiple of its item size.
    const bytes = file.buffer.slice(
      file.byteOffset + 8 + headerLength + start,
      file.byteOffset + 8 + headerLength + end,
    );
    const values = entry.dtype === 'F32' ? new Float32Array(bytes) : widen(new Uint16Array(bytes));
    tensors.set(name, { shape: entry.shape, values });
  }
  return tensors;
}

/**
 * Writes tensors as float32.
 * @param {string} path
 * @param {ReadonlyMap<string, Tensor>} tensors
 */
export function writeTensors(path, tensors) {
  let offset = 0;
  /** @type {Record<string, unknown>} */
  const header = {};
  for (const [name, { shape, values }] of tensors) {
    header[name] = {
      dtype: 'F32',
      shape,
      data_offsets: [offset, (offset += values.byteLength)],
    };
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const file = openSync(path, 'w');
  try {
    for (const part of [length, json]) writeSync(file, part);
    for (const { values } of tensors.values())
      writeSync(file, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  } finally {
    closeSync(file);
  }
}

/**
 * @param {readonly number[]} shape
 * @param {Float32Array} values [rows, columns]
 */
export function transposed([rows = 0, columns = 0], values) {
  const result = new Float32Array(values.length);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      result[column * rows + row] = values[row * columns + column] ?? 0;
  return result;
}
