import { expect, it } from 'vitest';
import type { DecodingStep, TokenizedText } from '../../engine/translation-protocol.ts';
import { applyNews, liveAttention } from './live.ts';

function textOf(...tokens: string[]): TokenizedText {
  return {
    text: tokens.join(''),
    ids: tokens.map((_, index) => index),
    tokens,
    spans: tokens.map((_, index) => [index, index + 1] as const),
    special: tokens.map(() => false),
    words: tokens.map((_, index) => index),
  };
}

function step(token: number): DecodingStep {
  return { token, logProbability: -1, candidates: [] };
}

const source = textOf('a', 'b');

it('adds steps, and takes back those that a better hypothesis does not have', () => {
  let live = applyNews([], { type: 'sentence', sentence: 0, sentenceCount: 1, source });
  live = applyNews(live, {
    type: 'steps',
    sentence: 0,
    kept: 0,
    added: [step(1), step(2)],
    rows: [Float32Array.of(0.5, 0.5), Float32Array.of(1, 0)],
    target: textOf('x', 'y'),
  });
  live = applyNews(live, {
    type: 'steps',
    sentence: 0,
    kept: 1,
    added: [step(3)],
    rows: [Float32Array.of(0, 1)],
    target: textOf('x', 'z'),
  });
  expect(live[0]?.steps.map(({ token }) => token)).toEqual([1, 3]);
  expect(live[0]?.target.text).toBe('xz');
  expect(live[0]?.rows[1]).toEqual(Float32Array.of(0, 1));
});

it('news of a sentence that never began changes nothing', () => {
  const news = {
    type: 'steps',
    sentence: 3,
    kept: 0,
    added: [],
    rows: [],
    target: source,
  } as const;
  expect(applyNews([], news)).toEqual([]);
});

it('lays rows out by layer and head', () => {
  // [layer, head, source] of two steps, one layer of two heads.
  const rows = [Float32Array.of(0.1, 0.9, 0.2, 0.8), Float32Array.of(0.3, 0.7, 0.4, 0.6)];
  const sentence = { source, target: textOf('x', 'y'), steps: [step(1), step(2)], rows };
  const attention = liveAttention(sentence, { layerCount: 1, headCount: 2 });
  expect([...attention.values]).toEqual([
    ...Float32Array.of(0.1, 0.9, 0.3, 0.7, 0.2, 0.8, 0.4, 0.6),
  ]);
  expect(() => liveAttention(sentence, { layerCount: 2, headCount: 2 })).toThrow(RangeError);
});
