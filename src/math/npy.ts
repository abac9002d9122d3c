const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0];
/** The data starts at a multiple of this, as the format asks. */
const alignment = 64;

/**
 * A float32 or int32 array as a NumPy file, format 1.0: little-endian, C order.
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @throws RangeError if the shape does not hold the values
 */
export function writeNpy(
  values: Float32Array | Int32Array,
  shape: readonly number[],
): Uint8Array<ArrayBuffer> {
  const expected = shape.reduce((product, size) => product * size, 1);
  if (expected !== values.length)
    throw new RangeError(`Shape [${shape.join(', ')}] does not hold ${values.length} values.`);
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const isFloat = values instanceof Float32Array;
  const dictionary = `{'descr': '${isFloat ? '<f4' : '<i4'}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const prefix = magic.length + 2;
  const unpadded = prefix + dictionary.length + 1;
  const headerEnd = Math.ceil(unpadded / alignment) * alignment;
  const header = `${dictionary.padEnd(headerEnd - prefix - 1)}\n`;

  const bytes = new Uint8Array(headerEnd + values.length * 4);
  const view = new DataView(bytes.buffer);
  bytes.set(magic);
  view.setUint16(magic.length, header.length, true);
  for (let i = 0; i < header.length; i += 1) bytes[prefix + i] = header.charCodeAt(i);
  for (let i = 0; i < values.length; i += 1) {
    const at = headerEnd + i * 4;
    if (isFloat) view.setFloat32(at, values[i] ?? Number.NaN, true);
    else view.setInt32(at, values[i] ?? 0, true);
  }
  return bytes;
}
