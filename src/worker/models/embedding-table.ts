/**
 * Vectors of tokens, kept on this side of the device: a step needs one row for each beam, and
 * sending a row costs less than gathering, scaling and adding on the device.
 */
export class EmbeddingTable {
  readonly #values: Float32Array;
  readonly #scale: number;
  readonly width: number;
  readonly tokenCount: number;

  /**
   * @param values [token, width]
   * @param scale that every vector is multiplied by
   */
  constructor(values: Float32Array, width: number, scale: number) {
    this.#values = values;
    this.#scale = scale;
    this.width = width;
    this.tokenCount = values.length / width;
  }

  /**
   * @param added [token, width], added to the scaled vectors: positions
   * @returns [token, width]
   * @throws RangeError for a token outside the table
   */
  read(tokens: readonly number[], added?: Float32Array): Float32Array {
    const rows = new Float32Array(tokens.length * this.width);
    for (const [index, token] of tokens.entries()) {
      if (!Number.isInteger(token) || token < 0 || token >= this.tokenCount) {
        throw new RangeError(`token ${token} in a vocabulary of ${this.tokenCount}`);
      }
      for (let column = 0; column < this.width; column += 1) {
        const value = this.#values[token * this.width + column] ?? 0;
        const place = index * this.width + column;
        rows[place] = value * this.#scale + (added?.[place] ?? 0);
      }
    }
    return rows;
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
