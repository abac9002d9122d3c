import { describe, expect, it } from 'vitest';

import { HeedFailure } from '../failure.ts';
import { Safetensors } from './safetensors.ts';

function encode(header: unknown, data: Uint8Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(
    typeof header === 'string' ? header : JSON.stringify(header),
  );
  const file = new Uint8Array(8 + text.length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(data, 8 + text.length);
  return file;
}

const VALUES = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
const GOOD = { a: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] } };

function failureOf(action: () => unknown): HeedFailure['failure'] {
  try {
    action();
  } catch (error) {
    if (error instanceof HeedFailure) return error.failure;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('Safetensors', () => {
  it('reads a tensor, whatever the alignment of the file', () => {
    const padded = encode(`${JSON.stringify(GOOD)}   `, VALUES);
    const shifted = new Uint8Array(padded.length + 3);
    shifted.set(padded, 3);
    const tensors = new Safetensors(shifted.subarray(3));
    expect(tensors.names).toEqual(['a']);
    expect(tensors.shape('a')).toEqual([2, 3]);
    expect(tensors.floats('a', [2, 3])).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
  });

  it('widens F16 and BF16', () => {
    const data = new Uint8Array(Uint16Array.of(0x3c00, 0x3f80).buffer);
    const tensors = new Safetensors(
      encode(
        {
          __metadata__: { format: 'pt' },
          half: { dtype: 'F16', shape: [1], data_offsets: [0, 2] },
          brain: { dtype: 'BF16', shape: [], data_offsets: [2, 4] },
        },
        data,
      ),
    );
    expect(tensors.floats('half', [1])).toEqual(Float32Array.of(1));
    expect(tensors.floats('brain', [])).toEqual(Float32Array.of(1));
  });

  it('treats names like __proto__ as names', () => {
    const header = '{"__proto__":{"dtype":"F32","shape":[6],"data_offsets":[0,24]}}';
    const tensors = new Safetensors(encode(header, VALUES));
    expect(tensors.names).toEqual(['__proto__']);
    expect(tensors.has('toString')).toBe(false);
    expect(Object.hasOwn(Object.prototype, 'dtype')).toBe(false);
  });

  it('names what is missing, and what has another shape', () => {
    const tensors = new Safetensors(encode(GOOD, VALUES));
    expect(failureOf(() => tensors.floats('b', [1])).detail).toBe('missing: b');
    expect(failureOf(() => tensors.floats('a', [3, 2]))).toMatchObject({
      code: 'weights-invalid',
      detail: 'a: expected [3, 2], got [2, 3]',
    });
  });

  it('does not support whole numbers as weights', () => {
    const tensors = new Safetensors(
      encode({ a: { dtype: 'I64', shape: [3], data_offsets: [0, 24] } }, VALUES),
    );
    expect(failureOf(() => tensors.floats('a', [3])).code).toBe('model-unsupported');
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /at least 8 bytes, got 0/],
    ['a header longer than the file', encode(GOOD, VALUES).subarray(0, 20), /header of \d+ bytes/],
    [
      'a header of absurd length',
      new Uint8Array(16).fill(255),
      /header of 18446744073709552000 bytes/,
    ],
    [
      'a header of 2^60 bytes',
      Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 16, 123, 125]),
      /header of 1152921504606847000 bytes in a file of 10/,
    ],
    ['a file cut short', encode(GOOD, VALUES).subarray(0, -1), /expected \d+ bytes, got \d+/],
    ['bytes left over', encode(GOOD, new Uint8Array(25)), /expected \d+ bytes, got \d+/],
    ['a header that is no JSON', encode('{"a":'), /header:/],
    ['a header that is no UTF-8', new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), /header:/],
    ['a header that is a list', encode([]), /JSON object/],
    ['an entry that is no object', encode({ a: 3 }), /a: expected an object/],
    [
      'an unknown type',
      encode({ a: { dtype: 'F7', shape: [6], data_offsets: [0, 24] } }, VALUES),
      /unknown dtype F7/,
    ],
    [
      'a negative size',
      encode({ a: { dtype: 'F32', shape: [-2, -3], data_offsets: [0, 24] } }, VALUES),
      /shape is not/,
    ],
    [
      'a broken size',
      encode({ a: { dtype: 'F32', shape: [1.5, 4], data_offsets: [0, 24] } }, VALUES),
      /shape is not/,
    ],
    [
      'three offsets',
      encode({ a: { dtype: 'F32', shape: [6], data_offsets: [0, 24, 48] } }, VALUES),
      /data_offsets/,
    ],
    [
      'a shape that overflows',
      encode({ a: { dtype: 'F32', shape: [2 ** 52, 2 ** 52], data_offsets: [0, 24] } }, VALUES),
      /takes/,
    ],
    [
      'offsets that do not fit the shape',
      encode({ a: { dtype: 'F32', shape: [5], data_offsets: [0, 24] } }, VALUES),
      /takes 20 bytes, got 24/,
    ],
    [
      'offsets beyond the file',
      encode({ a: { dtype: 'F32', shape: [6], data_offsets: [24, 48] } }, VALUES),
      /leaves a gap/,
    ],
    [
      'tensors that overlap',
      encode(
        {
          a: { dtype: 'F32', shape: [4], data_offsets: [0, 16] },
          b: { dtype: 'F32', shape: [3], data_offsets: [12, 24] },
        },
        VALUES,
      ),
      /b: overlaps/,
    ],
  ])('rejects %s', (_, file, detail) => {
    const failure = failureOf(() => new Safetensors(file));
    expect(failure.code).toBe('weights-invalid');
    expect(failure.detail).toMatch(detail);
  });
});
