/** The smallest set of cells that holds a share of a map's mass, and its border. */

export interface MassSet {
  /** 1 for each cell of the set, else 0. */
  readonly mask: Uint8Array;
  readonly cellCount: number;
  /** The share of the mass that the set holds: at least the share asked for. */
  readonly share: number;
}

/**
 * Takes cells from the largest value down until they hold `share` of the sum. Negative values and
 * NaN hold no mass. Of equal values, the earlier is taken first.
 * @param share 0 to 1; 0 gives the empty set
 */
export function massSet(values: ArrayLike<number>, share: number): MassSet {
  const mask = new Uint8Array(values.length);
  const order: number[] = [];
  let total = 0;
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    if (!(value > 0)) continue;
    order.push(i);
    total += value;
  }
  order.sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0) || a - b);
  // Rounding in the sum must not ask for one cell more than an exact sum would.
  const wanted = share * total * (1 - 1e-9);
  let held = 0;
  let cellCount = 0;
  for (const cell of order) {
    if (held >= wanted) break;
    mask[cell] = 1;
    held += values[cell] ?? 0;
    cellCount += 1;
  }
  return { mask, cellCount, share: total > 0 ? held / total : 0 };
}

/** A straight piece of border in cell units: a corner of the grid is (0, 0). */
export interface Segment {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/**
 * The border between the cells of a mask and the rest, the grid's own edge included, as straight
 * pieces, each as long as it can be: horizontal ones first, from the top; then vertical ones.
 * @param mask row-major [rows, columns]
 */
export function outlineSegments(mask: ArrayLike<number>, columns: number, rows: number): Segment[] {
  const isIn = (column: number, row: number) =>
    column >= 0 && column < columns && row >= 0 && row < rows && mask[row * columns + column] === 1;
  const segments: Segment[] = [];
  for (let y = 0; y <= rows; y += 1) {
    for (const [from, to] of runs(columns, (x) => isIn(x, y - 1) !== isIn(x, y)))
      segments.push({ x1: from, y1: y, x2: to, y2: y });
  }
  for (let x = 0; x <= columns; x += 1) {
    for (const [from, to] of runs(rows, (y) => isIn(x - 1, y) !== isIn(x, y)))
      segments.push({ x1: x, y1: from, x2: x, y2: to });
  }
  return segments;
}

/** Half-open ranges of neighbouring positions below `length` for which `holds` is true. */
function runs(length: number, holds: (position: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  let start: number | null = null;
  for (let position = 0; position <= length; position += 1) {
    const inside = position < length && holds(position);
    if (inside && start === null) start = position;
    if (!inside && start !== null) {
      found.push([start, position]);
      start = null;
    }
  }
  return found;
}
