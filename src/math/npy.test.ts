import { describe, expect, it } from 'vitest';
import { writeNpy } from './npy.ts';

function headerOf(bytes: Uint8Array): string {
  const length = new DataView(bytes.buffer).getUint16(8, true);
  return new TextDecoder('latin1').decode(bytes.subarray(10, 10 + length));
}

describe('writeNpy', () => {
  const bytes = writeNpy(new Float32Array([1, -2.5, 3, 4, 5, 6]), [2, 3]);

  it('begins with the magic string and version 1.0', () => {
    expect([...bytes.subarray(0, 8)]).toEqual([0x93, 78, 85, 77, 80, 89, 1, 0]);
  });

  it('describes type, order and shape in a header that ends with a line break', () => {
    expect(headerOf(bytes).trimEnd()).toBe(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
    );
    expect(headerOf(bytes).endsWith('\n')).toBe(true);
  });

  it('starts the data at a multiple of 64, little-endian, in order', () => {
    const start = bytes.length - 24;
    expect(start % 64).toBe(0);
    expect(start).toBe(10 + headerOf(bytes).length);
    const view = new DataView(bytes.buffer);
    expect([0, 1, 2].map((i) => view.getFloat32(start + i * 4, true))).toEqual([1, -2.5, 3]);
  });

  it('writes one-dimensional and scalar shapes as Python tuples', () => {
    expect(headerOf(writeNpy(new Float32Array(3), [3]))).toContain("'shape': (3,)");
    expect(headerOf(writeNpy(new Float32Array(1), []))).toContain("'shape': ()");
  });

  it('pads every length of header to the same multiple', () => {
    for (let digits = 0; digits < 9; digits += 1) {
      const shape = [1, ...Array.from({ length: digits * 7 }, () => 1)];
      const written = writeNpy(new Float32Array(1), shape);
      expect((written.length - 4) % 64).toBe(0);
      expect(headerOf(written).endsWith('\n')).toBe(true);
    }
  });

  it('refuses a shape that does not hold the values', () => {
    expect(() => writeNpy(new Float32Array(5), [2, 3])).toThrow('does not hold 5 values');
  });
});

describe('whole numbers as a NumPy file', () => {
  it('are written as int32, little-endian', () => {
    const bytes = writeNpy(Int32Array.of(1, -2, 70_000), [3]);
    const header = new TextDecoder('latin1').decode(bytes.subarray(10, bytes.length - 12));
    expect(header).toContain("'descr': '<i4'");
    expect([...new Int32Array(bytes.slice(-12).buffer)]).toEqual([1, -2, 70_000]);
  });
});
