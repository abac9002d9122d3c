// How figures are written.

/** @param {number} value with three digits that count */
function threeDigits(value) {
  if (Number.isInteger(value) && value < 1000) return String(value);
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value < 10 ? 2 : 1);
}

/** @param {number} bytes */
function bytesScale(bytes) {
  if (bytes < 1000) return { name: 'B', divisor: 1 };
  return bytes < 1e6 ? { name: 'kB', divisor: 1e3 } : { name: 'MB', divisor: 1e6 };
}

/**
 * @param {import('./row.mjs').Unit} unit
 * @param {number} value of the size that decides between bytes, kB and MB
 * @returns {{ name: string, divisor: number }}
 */
function scaleOf(unit, value) {
  switch (unit) {
    case 'ms':
      return { name: 'ms', divisor: 1 };
    case 'perSecond':
      return { name: 'a second', divisor: 1 };
    case 'gflops':
      return { name: 'GFLOP/s', divisor: 1 };
    case 'bytes':
      return bytesScale(value);
    case 'count':
      return { name: '', divisor: 1 };
    default:
      throw new Error(`no such unit: ${String(unit)}`);
  }
}

/**
 * The middle, from the least to the most where it varies, and the unit.
 * @param {{ readonly p50: number, readonly min: number, readonly max: number }} figures
 * @param {import('./row.mjs').Unit} unit
 */
export function formatFigures({ p50, min, max }, unit) {
  const { name, divisor } = scaleOf(unit, p50);
  const write = (/** @type {number} */ value) => threeDigits(value / divisor);
  const spread = min === max ? '' : ` (${write(min)} to ${write(max)})`;
  return `${write(p50)}${spread} ${name}`.trimEnd();
}
