/**
 * The safetensors format: eight bytes with the header's length, a header in JSON that names each
 * tensor's type, shape and place, and the bytes of the tensors, without gap or overlap.
 * https://github.com/huggingface/safetensors#format
 *
 * A file is hostile input: everything is checked before a byte is used.
 */
import { fail } from '../failure.ts';
import { giveBack } from '../give-back.ts';
import {
  checkShape,
  ELEMENT_BYTES,
  missingTensor,
  widen,
  type StoredTensors,
} from './weights-file.ts';

/** The bound of the reference implementation. */
const LARGEST_HEADER = 100_000_000;
const LENGTH_BYTES = 8;

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Into the file. */
  readonly start: number;
  readonly end: number;
}

/** The tensors of one file, by name. The file's bytes are kept, and read when a tensor is asked for. */
export class Safetensors implements StoredTensors {
  readonly #file: Uint8Array;
  readonly #entries: ReadonlyMap<string, Entry>;

  /** @throws HeedFailure `weights-invalid` if the file is not a well-formed safetensors file */
  constructor(file: Uint8Array) {
    this.#file = file;
    this.#entries = readHeader(file, file.byteLength);
  }

  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** @throws HeedFailure `weights-invalid` if there is no such tensor */
  shape(name: string): readonly number[] {
    return this.#entry(name).shape;
  }

  /** @throws HeedFailure `weights-invalid` if there is no such tensor */
  dtype(name: string): string {
    return this.#entry(name).dtype;
  }

  /**
   * A tensor's numbers, row by row.
   * @throws HeedFailure `weights-invalid` if there is no such tensor, or its shape is another one;
   *   `model-unsupported` if it is not of type F32, F16 or BF16
   */
  floats(name: string, shape: readonly number[]): Float32Array {
    const { dtype, shape: actual } = this.#entry(name);
    checkShape(name, shape, actual);
    // A copy, since typed arrays need offsets that are multiples of their element size.
    return widen(name, dtype, this.bytes(name).slice());
  }

  /**
   * A tensor's bytes, as they stand in the file: a view, not a copy.
   * @throws HeedFailure `weights-invalid` if there is no such tensor
   */
  bytes(name: string): Uint8Array {
    const { start, end } = this.#entry(name);
    return this.#file.subarray(start, end);
  }

  release(): void {
    giveBack(this.#file);
  }

  #entry(name: string): Entry {
    return this.#entries.get(name) ?? missingTensor(name);
  }
}

/** What the header says of a tensor. */
export interface TensorDescription {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/**
 * Where the header ends, by the file's first eight bytes.
 * @param fileBytes the file's whole length, or null if it is not known
 * @throws HeedFailure `weights-invalid`
 */
export function headerEnd(start: Uint8Array, fileBytes: number | null): number {
  if (start.byteLength < LENGTH_BYTES) {
    invalid(`expected at least ${LENGTH_BYTES} bytes, got ${start.byteLength}`);
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  // Exact up to 2^53, and what is larger fails the next check anyway.
  const headerBytes = Number(view.getBigUint64(0, true));
  const most = fileBytes === null ? LARGEST_HEADER : fileBytes - LENGTH_BYTES;
  if (headerBytes > LARGEST_HEADER || headerBytes > most) {
    invalid(`header of ${headerBytes} bytes in a file of ${fileBytes ?? 'unknown length'}`);
  }
  return LENGTH_BYTES + headerBytes;
}

/**
 * The tensors that a header names.
 * @param head the file up to the header's end, or further
 * @throws HeedFailure `weights-invalid`
 */
export function describeTensors(
  head: Uint8Array,
  fileBytes: number | null,
): readonly TensorDescription[] {
  return [...readHeader(head, fileBytes).values()];
}

function readHeader(file: Uint8Array, fileBytes: number | null): ReadonlyMap<string, Entry> {
  const dataStart = headerEnd(file, fileBytes);
  const header = parseHeader(file.subarray(LENGTH_BYTES, dataStart));
  const entries = new Map<string, Entry>();
  for (const [name, value] of Object.entries(header)) {
    if (name !== '__metadata__') entries.set(name, readEntry(name, value, dataStart));
  }
  checkPlaces([...entries.values()], dataStart, fileBytes);
  return entries;
}

function parseHeader(bytes: Uint8Array): object {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    invalid(`header: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(header)) invalid('header: expected a JSON object');
  return header;
}

function readEntry(name: string, value: unknown, dataStart: number): Entry {
  if (!isObject(value)) invalid(`${name}: expected an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const elementBytes = ELEMENT_BYTES.get(dtype);
  if (elementBytes === undefined) invalid(`${name}: unknown dtype ${String(dtype)}`);
  if (!isCounts(shape)) invalid(`${name}: shape is not a list of counts`);
  if (!isCounts(offsets) || offsets.length !== 2)
    invalid(`${name}: data_offsets are not two counts`);
  const [begin = 0, end = 0] = offsets;
  const bytes = shape.reduce((product, size) => product * size, elementBytes);
  if (end - begin !== bytes) {
    invalid(
      `${name}: ${String(dtype)} [${shape.join(', ')}] takes ${bytes} bytes, got ${end - begin}`,
    );
  }
  return { name, dtype: String(dtype), shape, start: dataStart + begin, end: dataStart + end };
}

/** The tensors must fill the rest of the file, one after the other. */
function checkPlaces(entries: Entry[], dataStart: number, fileBytes: number | null): void {
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let filled = dataStart;
  for (const { name, start, end } of entries) {
    if (start !== filled) {
      invalid(
        `${name}: ${start < filled ? 'overlaps' : 'leaves a gap after'} the tensor before it`,
      );
    }
    filled = end;
  }
  if (fileBytes !== null && filled !== fileBytes)
    invalid(`expected ${filled} bytes, got ${fileBytes}`);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((count) => Number.isSafeInteger(count) && count >= 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(detail: string): never {
  fail('weights-invalid', 'The weights file is damaged or cut short.', detail);
}
