const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * A number for people: three significant digits, plain between 0.0001 and a million, with a power
 * of ten otherwise: `0.083`, `12.5`, `1.2×10⁻⁶`.
 */
export function formatValue(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'not a number';
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text =
    size >= 1e-4 && size < 1e6
      ? plain(Number(size.toPrecision(digits)))
      : withPowerOfTen(size, digits);
  return value < 0 ? `−${text}` : text;
}

/** `0.612` as `61.2 %`. */
export function formatPercent(share: number, decimals = 1): string {
  return `${(share * 100).toFixed(decimals)} %`;
}

function plain(value: number): string {
  // Past twelve decimals nothing is left after rounding to significant digits.
  return value.toFixed(12).replace(/\.?0+$/, '');
}

function withPowerOfTen(size: number, digits: number): string {
  const [mantissa = '0', exponent = '0'] = size.toExponential(digits - 1).split('e');
  const power = Number(exponent);
  const raised = [...String(Math.abs(power))].map((digit) => superscripts[Number(digit)]).join('');
  return `${Number(mantissa)}×10${power < 0 ? '⁻' : ''}${raised}`;
}

/** A difference of shares in percentage points, with its sign: `0.031` as `+3.1`. */
export function formatPoints(difference: number, decimals = 1): string {
  const text = Math.abs(difference * 100).toFixed(decimals);
  const isNone = Number(text) === 0;
  return isNone ? text : `${difference < 0 ? '−' : '+'}${text}`;
}
