import { expect, it } from 'vitest';
import { toJson } from './json.ts';

it('writes float32 values with the fewest digits that read back the same', () => {
  const values = new Float32Array([0.1, 1 / 3, 0, -2.5, 1e-10, 16_777_217]);
  const text = toJson({ values });
  expect(text).toBe('{"values":[0.1,0.33333334,0,-2.5,1e-10,16777216]}');
});

it('reads back every bit', () => {
  const values = Float32Array.from({ length: 2000 }, (_, i) => Math.sin(i * 12.9898) / (i + 1));
  const read: unknown = JSON.parse(toJson(values));
  expect(Float32Array.from(read as number[])).toEqual(values);
});

it('writes null for what JSON cannot hold', () => {
  expect(toJson([new Float32Array([Number.NaN, Number.POSITIVE_INFINITY]), null, 'a"b'])).toBe(
    '[[null,null],null,"a\\"b"]',
  );
});
