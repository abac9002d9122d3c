import type { PackedRows } from '../checkpoint/packed-weights.ts';

/**
 * Vectors of tokens, kept on this side of the device: a step needs one row for each beam, and
 * sending a row costs less than gathering, scaling and adding on the device.
 */
export class EmbeddingTable {
  readonly #rows: PackedRows;
  readonly #scale: number;
  readonly width: number;
  readonly tokenCount: number;

  /**
   * @param rows one for each token
   * @param scale that every vector is multiplied by
   */
  constructor(rows: PackedRows, scale: number) {
    this.#rows = rows;
    this.#scale = scale;
    this.width = rows.rowSize;
    this.tokenCount = rows.rowCount;
  }

  /**
   * @param added to the scaled vectors: positions, [token, width], or one for all tokens, [width]
   * @param rows to write to, if they need no array of their own
   * @returns [token, width]
   * @throws RangeError for a token outside the table
   */
  read(
    tokens: readonly number[],
    added?: Float32Array,
    rows: Float32Array = new Float32Array(tokens.length * this.width),
  ): Float32Array {
    const { width } = this;
    const step = added?.length === width ? 0 : width;
    for (const [index, token] of tokens.entries())
      this.#write(rows, index * width, token, added, index * step);
    return rows;
  }

  /**
   * A token's vector, not scaled, times another, in double precision.
   * @throws RangeError for a token outside the table
   */
  product(token: number, other: Float32Array): number {
    const row = this.#row(token);
    let sum = 0;
    for (let column = 0; column < this.width; column += 1)
      sum += (row[column] ?? 0) * (other[column] ?? 0);
    return sum;
  }

  /** By itself, so that a token costs no iterator and no look at what is not there. */
  #write(
    to: Float32Array,
    at: number,
    token: number,
    added: Float32Array | undefined,
    addedAt: number,
  ): void {
    const row = this.#row(token);
    const scale = this.#scale;
    if (added === undefined) {
      for (let column = 0; column < row.length; column += 1)
        to[at + column] = (row[column] ?? 0) * scale;
      return;
    }
    for (let column = 0; column < row.length; column += 1)
      to[at + column] = (row[column] ?? 0) * scale + (added[addedAt + column] ?? 0);
  }

  #row(token: number): Float32Array {
    if (!Number.isInteger(token) || token < 0 || token >= this.tokenCount)
      throw new RangeError(`token ${token} in a vocabulary of ${this.tokenCount}`);
    return this.#rows.row(token);
  }
}

/**
 * Sinusoids of Vaswani et al. 2017 as Marian lays them out: all sines first, then all cosines.
 * @returns [count, width] for positions `start` and following
 */
export function sinusoids(start: number, count: number, width: number): Float32Array {
  const values = new Float32Array(count * width);
  // An odd width has one sine more.
  const sineCount = Math.ceil(width / 2);
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const pair = column < sineCount ? column : column - sineCount;
      const angle = (start + row) / 10_000 ** ((2 * pair) / width);
      values[row * width + column] = column < sineCount ? Math.sin(angle) : Math.cos(angle);
    }
  }
  return values;
}

/** Sinusoids of the first positions, each computed once. */
export class SinusoidTable {
  readonly #width: number;
  /** [position, width] */
  #values: Float32Array = new Float32Array(0);

  constructor(width: number) {
    this.#width = width;
  }

  /** [width]; not to be changed */
  row(position: number): Float32Array {
    const start = position * this.#width;
    return this.first(position + 1).subarray(start, start + this.#width);
  }

  /** [count, width]; not to be changed */
  first(count: number): Float32Array {
    if (this.#values.length < count * this.#width)
      // More than is asked for: a decoder asks for one position after the other.
      this.#values = sinusoids(0, Math.max(64, 2 * count), this.#width);
    return this.#values.subarray(0, count * this.#width);
  }
}
