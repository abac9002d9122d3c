/**
 * The sixteen-bit floating-point numbers that checkpoints hold, widened to 32 bits, which is exact:
 * every half is a single. And back, to the nearest half.
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

/** A number and its bits. */
const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** The nearest half, of two as near the even one; infinite for what is too large. */
function singleToHalf(value: number): number {
  single[0] = value;
  const bits = singleBits[0] ?? 0;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude > 0x7f80_0000) return sign | 0x7e00;
  // 65,520 is as near to 65,504 as to infinity, which is even.
  if (magnitude >= 0x477f_f000) return sign | 0x7c00;
  if (magnitude < 0x3880_0000) {
    // Below 2^-14 halves are equally spaced; adding 0.5 leaves as many bits of them.
    single[0] = Math.abs(value) + 0.5;
    return sign | ((singleBits[0] ?? 0) - 0x3f00_0000);
  }
  const rounded = magnitude + 0x0fff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x3800_0000) >>> 13);
}

/**
 * The nearest IEEE 754 binary16 numbers, as their bits.
 * @returns null if a number is too large for them
 */
export function narrowToHalf(values: Float32Array): Uint16Array | null {
  const bits = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index++) {
    const half = singleToHalf(values[index] ?? 0);
    if ((half & 0x7c00) === 0x7c00) return null;
    bits[index] = half;
  }
  return bits;
}
