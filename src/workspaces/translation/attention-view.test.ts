import { expect, it } from 'vitest';
import type { StackAttention, TokenizedText } from '../../engine/translation-protocol.ts';
import { allHeads, attentionView, headMatrix, stackAxes, textAxis } from './attention-view.ts';

/** “unlock it” in three pieces and the end. */
const source: TokenizedText = {
  text: 'unlock it',
  ids: [5, 6, 7, 0],
  tokens: ['▁un', 'lock', '▁it', '</s>'],
  spans: [
    [0, 2],
    [2, 6],
    [6, 9],
    [9, 9],
  ],
  special: [false, false, false, true],
  words: [0, 0, 1, 2],
};
const target: TokenizedText = {
  text: 'ouvre',
  ids: [8, 9, 0],
  tokens: ['▁ouv', 're', '</s>'],
  spans: [
    [0, 3],
    [3, 5],
    [5, 5],
  ],
  special: [false, false, true],
  words: [0, 0, 1],
};

/** Two layers of two heads, rows drawn from a fixed sequence and summing to 1. */
function attentionOf(queryCount: number, keyCount: number): StackAttention {
  const layerCount = 2;
  const headCount = 2;
  const values = new Float32Array(layerCount * headCount * queryCount * keyCount);
  for (let row = 0; row < layerCount * headCount * queryCount; row += 1) {
    const weights = Array.from({ length: keyCount }, (_, key) => 1 + ((row * 7 + key * 3) % 5));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    for (const [key, weight] of weights.entries()) values[row * keyCount + key] = weight / sum;
  }
  return { layerCount, headCount, queryCount, keyCount, values };
}

function rowSums(values: Float32Array, columns: number): number[] {
  return Array.from({ length: values.length / columns }, (_, row) =>
    values.subarray(row * columns, (row + 1) * columns).reduce((sum, value) => sum + value, 0),
  );
}

it('names words as they stand in the text, and special tokens by themselves', () => {
  expect(textAxis(source, true).labels).toEqual(['unlock', 'it', '</s>']);
  expect(textAxis(source, true).special).toEqual([false, false, true]);
  expect(textAxis(source, false).labels).toEqual(['▁un', 'lock', '▁it', '</s>']);
});

it('keys of the decoder are what it had read', () => {
  const { query, key } = stackAxes('decoder', source, target, false);
  expect(query.labels).toEqual(['▁ouv', 're', '</s>']);
  expect(key.labels).toEqual(['<start>', '▁ouv', 're']);
  expect(stackAxes('decoder', source, target, true).key).toEqual({
    labels: ['<start>', 'ouvre'],
    units: [0, 1, 1],
    special: [true, false],
  });
});

it.each(['cross', 'encoder', 'decoder'] as const)('rows of %s sum to 1 over words', (stack) => {
  const counts = { cross: [3, 4], encoder: [4, 4], decoder: [3, 3] } as const;
  const [queryCount, keyCount] = counts[stack];
  const attention = attentionOf(queryCount, keyCount);
  const axes = stackAxes(stack, source, target, true);
  const choice = { layer: 1, head: 1, isMean: true };
  const view = attentionView(attention, choice, axes);
  const columns = axes.key.labels.length;
  expect(view?.values).toHaveLength(axes.query.labels.length * columns);
  for (const sum of rowSums(view?.values ?? new Float32Array(), columns))
    expect(sum).toBeCloseTo(1, 5);
  for (const sum of rowSums(allHeads(attention, axes) ?? new Float32Array(), columns))
    expect(sum).toBeCloseTo(1, 5);
});

it('takes the head that is asked for, and the mean of its layer', () => {
  const attention = attentionOf(3, 4);
  const head = (number: number) => attention.values.subarray(number * 12, (number + 1) * 12);
  expect(headMatrix(attention, { layer: 1, head: 0, isMean: false })).toEqual(head(2));
  const mean = headMatrix(attention, { layer: 0, head: 1, isMean: true });
  expect(mean[5]).toBeCloseTo(((head(0)[5] ?? 0) + (head(1)[5] ?? 0)) / 2, 6);
});

it('draws nothing of matrices that are of another sentence', () => {
  const axes = stackAxes('cross', source, target, true);
  const choice = { layer: 0, head: 0, isMean: false };
  expect(attentionView(attentionOf(3, 5), choice, axes)).toBeNull();
  expect(allHeads(attentionOf(2, 4), axes)).toBeNull();
});
