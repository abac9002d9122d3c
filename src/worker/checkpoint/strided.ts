/** Elements of a storage in the order of a tensor. Offset and strides count elements. */
export interface Strided {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/**
 * Copies a tensor's elements row by row, whatever the order they are stored in.
 * @param elementBytes 1, 2, 4 or 8
 * @param strided lies wholly within the storage
 */
export function gather(
  storage: Uint8Array,
  elementBytes: number,
  strided: Strided,
): Uint8Array<ArrayBuffer> {
  const { offset, shape } = strided;
  const count = shape.reduce((product, size) => product * size, 1);
  if (isContiguous(strided)) {
    return storage.slice(offset * elementBytes, (offset + count) * elementBytes);
  }
  const target = new Uint8Array(count * elementBytes);
  const columnCount = shape.at(-1) ?? 1;
  const columnStride = strided.strides.at(-1) ?? 0;
  let at = 0;
  for (const start of rowStarts(strided)) {
    for (let column = 0; column < columnCount; column += 1) {
      const from = (start + column * columnStride) * elementBytes;
      for (let byte = 0; byte < elementBytes; byte += 1) {
        target[at] = storage[from + byte] ?? 0;
        at += 1;
      }
    }
  }
  return target;
}

function isContiguous({ shape, strides }: Strided): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const size = shape[axis] ?? 1;
    if (size !== 1 && strides[axis] !== expected) return size === 0;
    expected *= size;
  }
  return true;
}

/** Where each stretch along the last axis begins. */
function* rowStarts({ offset, shape, strides }: Strided): Generator<number> {
  const outer = shape.slice(0, -1);
  if (shape.includes(0)) return;
  const place = outer.map(() => 0);
  let start = offset;
  for (;;) {
    yield start;
    let axis = outer.length - 1;
    // Counts up like an odometer: an axis that is full begins anew and carries to the one before.
    for (; axis >= 0; axis -= 1) {
      const next = (place[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      if (next < (outer[axis] ?? 0)) {
        place[axis] = next;
        start += stride;
        break;
      }
      start -= (next - 1) * stride;
      place[axis] = 0;
    }
    if (axis < 0) return;
  }
}
