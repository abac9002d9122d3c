import { expect, it } from 'vitest';
import { comparedRun, withLayer, withOnlyHead } from './attention-changes.ts';
import { readChanges, writeChanges, type ChangeLimits } from './changes-link.ts';
import { noChanges, type AttentionChanges } from './what-if-protocol.ts';

const size = { stack: 'self', layerCount: 6, headCount: 6 } as const;
const limits: ChangeLimits = { stacks: [size], tokenCount: 257, firstHidden: 1 };

function written(changes: AttentionChanges, { stacks } = limits): URLSearchParams {
  const parameters = new URLSearchParams();
  writeChanges(parameters, changes, stacks);
  return parameters;
}

const full: AttentionChanges = {
  heads: [
    { stack: 'self', layer: 0, head: 1, scale: 0, replacement: null },
    { stack: 'self', layer: 0, head: 2, scale: 1, replacement: { kind: 'uniform' } },
    { stack: 'self', layer: 1, head: 0, scale: 0.5, replacement: { kind: 'permuted', seed: 7 } },
    { stack: 'self', layer: 1, head: 5, scale: 1, replacement: { kind: 'one-hot' } },
    {
      stack: 'self',
      layer: 2,
      head: 3,
      scale: 2,
      replacement: { kind: 'temperature', temperature: 0.25 },
    },
    {
      stack: 'self',
      layer: 3,
      head: 3,
      scale: 1,
      replacement: { kind: 'other-run', run: comparedRun },
    },
  ],
  cuts: [
    { stack: 'self', layer: 2, head: 3, query: 0, key: 200 },
    { stack: 'self', layer: 2, head: null, query: 5, key: 6 },
  ],
  hiddenTokens: [1, 2, 3, 9, 40, 41],
};

it('comes back as it was', () => {
  const parameters = written(full);
  expect(parameters.get('heads')).toBe('1.2x0_1.3u_2.1x0.5p7_2.6h_3.4x2t0.25_4.4c');
  expect(parameters.get('cuts')).toBe('3.4.0.200_3.*.5.6');
  expect(parameters.get('hidden')).toBe('1-3_9_40-41');
  expect(readChanges(parameters, limits)).toEqual({ changes: full, leftOut: 0 });
});

it('says nothing of nothing, and little of whole layers', () => {
  expect(written(noChanges).toString()).toBe('');
  expect(written(withLayer(noChanges, size, 3, false)).get('heads')).toBe('4.*x0');
  const only = withOnlyHead(noChanges, size, { stack: 'self', layer: 2, head: 3 });
  expect(written(only).get('heads')?.length).toBeLessThan(80);
  const back = readChanges(written(only), limits).changes;
  expect(back.heads).toHaveLength(35);
});

it('names stacks other than a ViT’s', () => {
  const stacks = [
    { stack: 'encoder', layerCount: 2, headCount: 2 },
    { stack: 'cross', layerCount: 2, headCount: 2 },
  ] as const;
  const changes: AttentionChanges = {
    ...noChanges,
    heads: [{ stack: 'cross', layer: 1, head: 0, scale: 0, replacement: null }],
    cuts: [{ stack: 'encoder', layer: 0, head: 1, query: 1, key: 2 }],
  };
  const its = { stacks, tokenCount: 10, firstHidden: 0 };
  const parameters = written(changes, its);
  expect(parameters.get('heads')).toBe('cross.2.1x0');
  expect(readChanges(parameters, its).changes).toEqual(changes);
  expect(readChanges(parameters, limits).leftOut).toBe(2);
});

it.each([
  ['heads', '7.1x0'],
  ['heads', '1.7x0'],
  ['heads', '0.1x0'],
  ['heads', '1.1'],
  ['heads', '1.1x3'],
  ['heads', '1.1x-1'],
  ['heads', '1.1xNaN'],
  ['heads', '1.1t0'],
  ['heads', '1.1t99'],
  ['heads', '1.1p-1'],
  ['heads', '1.1zebra'],
  ['heads', '<script>'],
  ['cuts', '1.1.0.257'],
  ['cuts', '1.1.0'],
  ['cuts', '1.1.0.1.2'],
  ['hidden', '0'],
  ['hidden', '9-3'],
  ['hidden', '1-99999999999'],
  ['hidden', '1e2'],
])('leaves out %s=%s and says so', (key, text) => {
  const parameters = new URLSearchParams({ [key]: text });
  expect(readChanges(parameters, limits)).toEqual({ changes: noChanges, leftOut: 1 });
});

it('keeps what fits beside what does not, and one change for a head', () => {
  const parameters = new URLSearchParams({ heads: '1.1x0_99.1x0_1.1u' });
  expect(readChanges(parameters, limits)).toEqual({
    changes: {
      ...noChanges,
      heads: [{ stack: 'self', layer: 0, head: 0, scale: 1, replacement: { kind: 'uniform' } }],
    },
    leftOut: 1,
  });
});
