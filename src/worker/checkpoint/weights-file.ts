/** What models read their weights from, whatever format the file has. */
import { widenBfloat, widenHalf } from '../../math/half-floats.ts';
import { fail } from '../failure.ts';

export interface WeightsFile {
  readonly names: readonly string[];
  readonly has: (name: string) => boolean;
  /** @throws HeedFailure `weights-invalid` if there is no such tensor */
  readonly shape: (name: string) => readonly number[];
  /**
   * A tensor's numbers, row by row. The array is the caller's own.
   * @throws HeedFailure `weights-invalid` if there is no such tensor, or its shape is another one;
   *   `model-unsupported` if it is of a type that weights are not read from
   */
  readonly floats: (name: string, shape: readonly number[]) => Float32Array;
}

/** Weights whose files are held in memory until they are on the device. */
export interface LoadedWeightsFile extends WeightsFile {
  /** Gives the files' memory back. Nothing can be read afterwards. */
  readonly release: () => void;
}

/** The same, with what stands in the file. */
export interface StoredTensors extends LoadedWeightsFile {
  /** The element type, by the names of the safetensors format. */
  readonly dtype: (name: string) => string;
  /** Little-endian, row by row. It may be a view of the file. */
  readonly bytes: (name: string) => Uint8Array;
}

/** Bytes of one element, by the names of the safetensors format. */
export const ELEMENT_BYTES: ReadonlyMap<unknown, number> = new Map([
  ['BOOL', 1],
  ['U8', 1],
  ['I8', 1],
  ['F8_E4M3', 1],
  ['F8_E5M2', 1],
  ['U16', 2],
  ['I16', 2],
  ['F16', 2],
  ['BF16', 2],
  ['U32', 4],
  ['I32', 4],
  ['F32', 4],
  ['U64', 8],
  ['I64', 8],
  ['F64', 8],
]);

/** @throws HeedFailure `weights-invalid`, naming the tensor */
export function missingTensor(name: string): never {
  fail('weights-invalid', 'The weights lack a tensor that the model needs.', `missing: ${name}`);
}

/** @throws HeedFailure `weights-invalid` unless both shapes are the same */
export function checkShape(
  name: string,
  expected: readonly number[],
  actual: readonly number[],
): void {
  if (actual.length === expected.length && actual.every((size, axis) => size === expected[axis])) {
    return;
  }
  fail(
    'weights-invalid',
    'The weights do not fit the model’s config.json.',
    `${name}: expected [${expected.join(', ')}], got [${actual.join(', ')}]`,
  );
}

/**
 * Floating-point numbers of any supported type as singles.
 * @param bytes little-endian, from the buffer's start on; the result may be the same buffer
 * @throws HeedFailure `model-unsupported` if the type is not F32, F16 or BF16
 */
export function widen(name: string, dtype: string, { buffer }: Uint8Array<ArrayBuffer>) {
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F16':
      return widenHalf(new Uint16Array(buffer));
    case 'BF16':
      return widenBfloat(new Uint16Array(buffer));
    default:
      return fail(
        'model-unsupported',
        `Weights of type ${dtype} are not supported; F32, F16 and BF16 are.`,
        `${name}: ${dtype}`,
      );
  }
}
