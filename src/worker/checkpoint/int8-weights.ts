/**
 * Weights of eight bits, where the file says how: a scale stands beside them.
 *
 * - bitsandbytes (Dettmers et al. 2022, arXiv:2208.07339): `X.weight` with `X.SCB`, the largest
 *   magnitude of each row; a weight is value · SCB / 127.
 * - compressed-tensors: `X.weight` with `X.weight_scale`, for each row or for all, and maybe
 *   `X.weight_zero_point`; a weight is (value − zero point) · scale.
 */
import { fail } from '../failure.ts';
import { checkShape, type LoadedWeightsFile, type StoredTensors } from './weights-file.ts';

/** Reads floating-point tensors as they are, and I8 ones by their scales. */
export class ScaledWeights implements LoadedWeightsFile {
  readonly #stored: StoredTensors;

  constructor(stored: StoredTensors) {
    this.#stored = stored;
  }

  get names(): readonly string[] {
    return this.#stored.names;
  }

  has(name: string): boolean {
    return this.#stored.has(name);
  }

  shape(name: string): readonly number[] {
    return this.#stored.shape(name);
  }

  /** @throws HeedFailure as any weights, and `model-unsupported` for I8 without a scale */
  floats(name: string, shape: readonly number[]): Float32Array {
    if (this.#stored.dtype(name) !== 'I8') return this.#stored.floats(name, shape);
    checkShape(name, shape, this.#stored.shape(name));
    const rowCount = shape[0] ?? 1;
    const { scales, zeros } = readScales(this.#stored, name, rowCount);
    const bytes = this.#stored.bytes(name);
    const values = Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
    const rowSize = values.length / rowCount;
    for (let index = 0; index < values.length; index += 1) {
      const row = Math.floor(index / rowSize);
      values[index] = ((values[index] ?? 0) - (zeros?.[row] ?? 0)) * (scales[row] ?? Number.NaN);
    }
    return values;
  }

  release(): void {
    this.#stored.release();
  }
}

interface Scales {
  /** One for each row. */
  readonly scales: Float32Array;
  readonly zeros: Float32Array | null;
}

function readScales(stored: StoredTensors, name: string, rowCount: number): Scales {
  const largest = name.replace(/\.weight$/, '.SCB');
  if (largest !== name && stored.has(largest)) {
    checkFormat(stored, `${name}_format`);
    const rows = spread(stored.floats(largest, stored.shape(largest)), largest, rowCount);
    return { scales: rows.map((value) => value / 127), zeros: null };
  }
  const scale = `${name}_scale`;
  if (!stored.has(scale)) {
    return fail(
      'model-unsupported',
      'Weights of type I8 are supported where a scale stands beside them; here none does.',
      `${name}: neither ${largest} nor ${scale}`,
    );
  }
  const zero = `${name}_zero_point`;
  return {
    scales: spread(stored.floats(scale, stored.shape(scale)), scale, rowCount),
    zeros: stored.has(zero) ? spread(readZeros(stored, zero), zero, rowCount) : null,
  };
}

/** One number for each row; a single number stands for all of them. */
function spread(values: Float32Array, name: string, rowCount: number): Float32Array {
  const [first = 0] = values;
  if (values.length === 1) return new Float32Array(rowCount).fill(first);
  checkShape(name, [rowCount], [values.length]);
  return values;
}

function readZeros(stored: StoredTensors, name: string): Float32Array {
  if (stored.dtype(name) !== 'I8') return stored.floats(name, stored.shape(name));
  const bytes = stored.bytes(name);
  return Float32Array.from(new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length));
}

/** bitsandbytes may lay a matrix out for one kind of GPU; 0 says row by row. */
function checkFormat(stored: StoredTensors, name: string): void {
  if (!stored.has(name) || stored.bytes(name)[0] === 0) return;
  fail(
    'model-unsupported',
    'Weights of type I8 that are not stored row by row are not supported.',
    name,
  );
}
