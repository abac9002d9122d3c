import { expect, it } from 'vitest';
import {
  pairOfToken,
  paneWeights,
  placeOfTokens,
  pointedTokens,
  tokensOfPlace,
} from './pointing.ts';

const axis = (units: readonly number[]) => ({
  labels: [...new Set(units)].map(String),
  units,
  special: [],
});
/** Two target words against two source words, the first source word in two pieces. */
const view = {
  query: axis([0, 1]),
  key: axis([0, 0, 1]),
  values: Float32Array.of(0.75, 0.25, 0.5, 0.5),
};

it('lights up all pieces of what a query looked at', () => {
  expect(paneWeights(view, 'cross', { query: 0, key: null })).toEqual({
    source: Float32Array.of(0.75, 0.75, 0.25),
    target: null,
  });
});

it('lights up what looked at a key', () => {
  expect(paneWeights(view, 'cross', { query: null, key: 2 })).toEqual({
    source: null,
    target: Float32Array.of(0.25, 0.5),
  });
});

it('in the decoder, what was read stands one token back', () => {
  const decoder = {
    query: axis([0, 1]),
    key: axis([0, 1]),
    values: Float32Array.of(1, 0, 0.4, 0.6),
  };
  const { target } = paneWeights(decoder, 'decoder', { query: 1, key: null });
  expect([...(target ?? [])]).toEqual([...Float32Array.of(0.6, 0)]);
  expect(pointedTokens('decoder', { query: null, key: 2 }).target).toBe(1);
  expect(pointedTokens('decoder', { query: null, key: 0 }).target).toBeNull();
});

it('pointing at nothing that the matrix has lights up nothing', () => {
  expect(paneWeights(view, 'cross', { query: 9, key: null })).toEqual({
    source: null,
    target: null,
  });
  expect(pairOfToken('encoder', 'target', 1)).toBeNull();
  expect(placeOfTokens(view, { query: 9, key: null })).toBeNull();
});

it('a place of the matrix is its first tokens, and back', () => {
  const tokens = tokensOfPlace(view, { query: 1, key: 1 });
  expect(tokens).toEqual({ query: 1, key: 2 });
  expect(placeOfTokens(view, tokens)).toEqual({ query: 1, key: 1 });
});
