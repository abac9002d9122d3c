/**
 * The sixteen-bit floating-point numbers that checkpoints hold, widened to 32 bits. Both are exact:
 * every half is a single.
 */

/** IEEE 754 binary16. */
function halfToSingle(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let table: Float32Array | null = null;

/** @param bits IEEE 754 binary16 numbers, as their bits */
export function widenHalf(bits: Uint16Array): Float32Array {
  // All 65,536 values, since a table is several times faster than the arithmetic.
  table ??= Float32Array.from({ length: 0x10000 }, (_, half) => halfToSingle(half));
  const values = new Float32Array(bits.length);
  for (let index = 0; index < bits.length; index++) {
    values[index] = table[bits[index] ?? 0] ?? NaN;
  }
  return values;
}

/** @param bits bfloat16 numbers, as their bits: the upper halves of singles */
export function widenBfloat(bits: Uint16Array): Float32Array {
  const wide = new Uint32Array(bits.length);
  for (let index = 0; index < bits.length; index++) wide[index] = (bits[index] ?? 0) << 16;
  return new Float32Array(wide.buffer);
}
