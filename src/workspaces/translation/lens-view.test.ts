import { expect, it } from 'vitest';
import { asWeights, lensScale, lensView } from './lens-view.ts';

const axis = (units: readonly number[], labels: readonly string[]) => ({
  units,
  labels,
  special: labels.map(() => false),
});
const axes = { query: axis([0, 1], ['la', 'maison']), key: axis([0, 1, 1], ['the', 'household']) };

it('pieces of a source word are added', () => {
  const view = lensView(
    { queryCount: 2, keyCount: 3, values: Float32Array.of(1, 2, 3, -4, 5, -6) },
    axes,
  );
  expect(view?.values).toEqual(Float32Array.of(1, 5, -4, -1));
});

it('a map of other tokens is not drawn', () => {
  expect(lensView({ queryCount: 1, keyCount: 3, values: new Float32Array(3) }, axes)).toBeNull();
});

it('as weights it goes from 0 to 1, without what speaks against', () => {
  const view = { ...axes, values: Float32Array.of(1, 4, -4, 0) };
  expect(asWeights(view).values).toEqual(Float32Array.of(0.25, 1, 0, 0));
  expect(asWeights({ ...axes, values: Float32Array.of(-1, -2) }).values).toEqual(
    Float32Array.of(0, 0),
  );
});

it('what has a sign has a scale around zero, and no logarithm', () => {
  const scale = lensScale('log', [-1, 3]);
  expect([scale.kind, scale.min, scale.max]).toEqual(['linear', -3, 3]);
  expect(lensScale('log', [1, 3]).kind).toBe('log');
});
