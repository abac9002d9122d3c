import { describe, expect, it } from 'vitest';
import type { ModelSheet, ModelSource } from '../../engine/model-protocol.ts';
import { ageInWords } from './age-in-words.ts';
import { languagesOf } from './languages-of.ts';
import { sheetRows, warningOf } from './sheet-in-words.ts';

const source: ModelSource = { kind: 'address', address: 'https://models.example/vit/' };

const sheet: ModelSheet = {
  identity: 'https://models.example/vit/',
  title: 'vit',
  kind: 'vision',
  modelType: 'vit',
  parameterCount: 86_600_000,
  isEstimated: false,
  stacks: [{ stack: 'self', layerCount: 12, headCount: 12 }],
  input: { width: 224, height: 224, patchWidth: 16, patchHeight: 16 },
  labelCount: 1000,
  vocabulary: null,
  storedAs: ['F32'],
  bytes: 346_000_000,
  memory: {
    weights: { float32: 346e6, float16: 173e6, int8: 87e6 },
    activations: 10e6,
    attention: 20e6,
    available: 400e6,
    availableBecause: 'The browser gives a page 400 MB',
  },
  licence: 'apache-2.0',
  isKept: false,
  unsupported: null,
};

function rowsOf(change: Partial<ModelSheet> = {}) {
  const rows = sheetRows({ ...sheet, ...change }, source, 'float32');
  return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
}

describe('a sheet', () => {
  it('says all that is known before weights are fetched', () => {
    expect(rowsOf()).toEqual({
      Type: 'vit',
      Parameters: '86.6 M',
      'Layers × heads': '12 × 12',
      Input: '224 × 224 pixels, 196 patches of 16 × 16',
      Labels: '1,000',
      'Stored as': 'F32',
      'To load': '346.0 MB',
      Memory:
        'about 376.0 MB: weights 346.0 MB, activations 10.0 MB, attention 20.0 MB. The browser gives a page 400 MB.',
      Licence: 'apache-2.0',
    });
  });
  it('of a translation model has stacks and vocabulary', () => {
    const rows = rowsOf({
      kind: 'translation',
      input: null,
      labelCount: null,
      stacks: [
        { stack: 'encoder', layerCount: 6, headCount: 8 },
        { stack: 'cross', layerCount: 6, headCount: 4 },
      ],
      vocabulary: { source: 58_101, target: 58_101 },
    });
    expect(rows['Layers × heads']).toBe('encoder 6 × 8, across 6 × 4');
    expect(rows['Vocabulary']).toBe('58,101 tokens');
    expect(rows).not.toHaveProperty('Labels');
  });
  it('of what cannot be run leaves out what nobody asked for', () => {
    const unsupported = { field: null, message: '' };
    const rows = rowsOf({ unsupported, parameterCount: null, bytes: null, memory: null });
    expect(rows).not.toHaveProperty('Parameters');
    expect(rows).not.toHaveProperty('To load');
  });
  it('warns of what does not fit, and only then', () => {
    expect(warningOf(sheet, 'float32')).toContain('most of the memory');
    expect(warningOf(sheet, 'int8')).toBeNull();
    const small = sheet.memory && { ...sheet.memory, available: 100e6 };
    expect(warningOf({ ...sheet, memory: small }, 'float32')).toContain('more memory');
    const unknown = sheet.memory && { ...sheet.memory, available: null };
    expect(warningOf({ ...sheet, memory: unknown }, 'float32')).toBeNull();
  });
});

it('the names of Marian’s models tell their languages', () => {
  expect(languagesOf('Helsinki-NLP/opus-mt-en-de')).toEqual({ from: 'English', to: 'German' });
  expect(languagesOf('Helsinki-NLP/opus-mt-tc-big-en-fr')).toEqual({
    from: 'English',
    to: 'French',
  });
  expect(languagesOf('Helsinki-NLP/opus-mt-mul-en')).toEqual({ from: null, to: 'English' });
  expect(languagesOf('Helsinki-NLP/opus-mt-en-ROMANCE')).toEqual({ from: 'English', to: null });
  expect(languagesOf('my-own-en-de')).toEqual({ from: null, to: null });
  expect(languagesOf('opus')).toEqual({ from: null, to: null });
});

it('an age has its largest whole unit', () => {
  const now = Date.UTC(2026, 10, 28, 12);
  const minutes = (count: number): string => ageInWords(now - count * 60_000, now);
  expect([0.5, 5, 61, 60 * 24 * 3].map(minutes)).toEqual([
    'just now',
    '5 minutes ago',
    '1 hour ago',
    '3 days ago',
  ]);
});
