/** What a file may hold. Typed arrays are written as arrays of numbers. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | Float32Array
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * JSON text with the shortest decimals that read back to the same float32 values. Numbers that are
 * not finite become null, since JSON has none.
 */
export function toJson(value: JsonValue): string {
  return JSON.stringify(plain(value));
}

function plain(value: JsonValue): unknown {
  if (value instanceof Float32Array) return Array.from(value, shortest);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
  return value;
}

/** The double with the fewest digits that rounds to the given float32. */
function shortest(value: number): number | null {
  if (!Number.isFinite(value)) return null;
  for (let digits = 6; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}
