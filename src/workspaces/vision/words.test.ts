import { expect, it } from 'vitest';
import { keptLayersInWords, specialTokensInWords } from './words.ts';

it('registers are counted, other special tokens named', () => {
  expect(specialTokensInWords(['[CLS]'])).toBe('[CLS]');
  expect(specialTokensInWords(['[CLS]', '[DIST]'])).toBe('[CLS] and [DIST]');
  expect(specialTokensInWords(['[CLS]', '[REG1]'])).toBe('[CLS] and [REG1]');
  expect(specialTokensInWords(['[CLS]', '[REG1]', '[REG2]', '[REG3]', '[REG4]'])).toBe(
    '[CLS] and 4 registers',
  );
  expect(specialTokensInWords([])).toBe('');
});

it('says how many layers are kept, and nothing where all are', () => {
  expect(keptLayersInWords({ layerCount: 12, keptLayerCount: 12 })).toBeNull();
  expect(keptLayersInWords({ layerCount: 12, keptLayerCount: 4 })).toBe(
    'Attention of 4 of 12 layers is kept at a time; the others are computed again when opened.',
  );
  expect(keptLayersInWords({ layerCount: 12, keptLayerCount: 0 })).toMatch(/no layer.*each/);
});
