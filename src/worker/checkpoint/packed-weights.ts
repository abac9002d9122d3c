/**
 * Weights kept in fewer bits than they compute in. Matrices are packed once, when the model is
 * loaded, and expanded whenever a layer is about to be used; vectors stay as they are.
 */
import type { Precision } from '../../engine/model-protocol.ts';
import { narrowToHalf, widenHalf } from '../../math/half-floats.ts';
import { fail } from '../failure.ts';
import { checkShape, missingTensor, type WeightsFile } from './weights-file.ts';

/** Single numbers, halves as their bits, or a byte for each and a factor for each row. */
type Packed =
  | { readonly kind: 'float32'; readonly values: Float32Array }
  | { readonly kind: 'float16'; readonly bits: Uint16Array }
  | { readonly kind: 'int8'; readonly bytes: Int8Array; readonly scales: Float32Array };

interface PackedTensor {
  readonly shape: readonly number[];
  readonly packed: Packed;
}

/** Rows of a matrix, each read by itself. */
export class PackedRows {
  readonly #packed: Packed;
  readonly rowCount: number;
  readonly rowSize: number;

  /**
   * @param values row by row; kept, if they are kept in single precision
   * @throws HeedFailure `model-unsupported` for a number that halves do not reach to
   */
  constructor(values: Float32Array, rowCount: number, precision: Precision, name: string) {
    this.rowCount = rowCount;
    this.rowSize = values.length / rowCount;
    this.#packed = pack(values, rowCount, precision, name);
  }

  /** A row's numbers, to be read and not changed. */
  row(index: number): Float32Array {
    const [start, end] = [index * this.rowSize, (index + 1) * this.rowSize];
    const packed = this.#packed;
    switch (packed.kind) {
      case 'float32':
        return packed.values.subarray(start, end);
      case 'float16':
        return widenHalf(packed.bits.subarray(start, end));
      case 'int8':
        return expandRows(
          packed.bytes.subarray(start, end),
          packed.scales.subarray(index, index + 1),
        );
      default:
        return packed satisfies never;
    }
  }
}

function pack(values: Float32Array, rowCount: number, precision: Precision, name: string): Packed {
  if (precision === 'float32') return { kind: 'float32', values };
  if (precision === 'int8') return packRows(values, rowCount);
  const bits = narrowToHalf(values);
  if (bits === null) {
    return fail(
      'model-unsupported',
      'The weights hold numbers that are too large for 16 bits: keep them in 32.',
      name,
    );
  }
  return { kind: 'float16', bits };
}

/** The same tensors, of which the matrices take less room. */
export class PackedWeights implements WeightsFile {
  readonly #tensors = new Map<string, PackedTensor>();
  readonly #precision: Exclude<Precision, 'float32'>;

  constructor(precision: Exclude<Precision, 'float32'>) {
    this.#precision = precision;
  }

  get names(): readonly string[] {
    return [...this.#tensors.keys()];
  }

  /** Bytes in memory. */
  get byteCount(): number {
    return [...this.#tensors.values()].reduce((sum, { packed }) => sum + bytesOf(packed), 0);
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  shape(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  floats(name: string, shape: readonly number[]): Float32Array {
    const tensor = this.#tensor(name);
    checkShape(name, shape, tensor.shape);
    return expand(tensor.packed);
  }

  /**
   * Takes a tensor in.
   * @throws HeedFailure `model-unsupported` for a number that halves do not reach to
   */
  add(name: string, shape: readonly number[], values: Float32Array): void {
    const isMatrix = shape.length > 1;
    const packed = isMatrix
      ? pack(values, shape[0] ?? 1, this.#precision, name)
      : pack(values.slice(), 1, 'float32', name);
    this.#tensors.set(name, { shape, packed });
  }

  #tensor(name: string): PackedTensor {
    return this.#tensors.get(name) ?? missingTensor(name);
  }
}

/** Symmetric: the largest magnitude of each row becomes 127. */
function packRows(values: Float32Array, rowCount: number): Packed {
  const bytes = new Int8Array(values.length);
  const scales = new Float32Array(rowCount);
  const rowSize = values.length / rowCount;
  for (let row = 0; row < rowCount; row += 1) {
    const end = (row + 1) * rowSize;
    let largest = 0;
    for (let at = row * rowSize; at < end; at += 1) {
      largest = Math.max(largest, Math.abs(values[at] ?? 0));
    }
    scales[row] = largest / 127;
    const factor = largest === 0 ? 0 : 127 / largest;
    for (let at = row * rowSize; at < end; at += 1) {
      bytes[at] = Math.round((values[at] ?? 0) * factor);
    }
  }
  return { kind: 'int8', bytes, scales };
}

function expand(packed: Packed): Float32Array {
  switch (packed.kind) {
    case 'float32':
      return packed.values.slice();
    case 'float16':
      return widenHalf(packed.bits);
    case 'int8':
      return expandRows(packed.bytes, packed.scales);
    default:
      return packed satisfies never;
  }
}

function expandRows(bytes: Int8Array, scales: Float32Array): Float32Array {
  const values = new Float32Array(bytes.length);
  const rowSize = bytes.length / scales.length;
  for (const [row, scale] of scales.entries()) {
    const end = (row + 1) * rowSize;
    for (let at = row * rowSize; at < end; at += 1) values[at] = (bytes[at] ?? 0) * scale;
  }
  return values;
}

function bytesOf(packed: Packed): number {
  switch (packed.kind) {
    case 'float32':
      return packed.values.byteLength;
    case 'float16':
      return packed.bits.byteLength;
    case 'int8':
      return packed.bytes.byteLength + packed.scales.byteLength;
    default:
      return packed satisfies never;
  }
}
