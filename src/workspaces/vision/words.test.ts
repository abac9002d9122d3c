import { expect, it } from 'vitest';
import { specialTokensInWords } from './words.ts';

it('registers are counted, other special tokens named', () => {
  expect(specialTokensInWords(['[CLS]'])).toBe('[CLS]');
  expect(specialTokensInWords(['[CLS]', '[DIST]'])).toBe('[CLS] and [DIST]');
  expect(specialTokensInWords(['[CLS]', '[REG1]'])).toBe('[CLS] and [REG1]');
  expect(specialTokensInWords(['[CLS]', '[REG1]', '[REG2]', '[REG3]', '[REG4]'])).toBe(
    '[CLS] and 4 registers',
  );
  expect(specialTokensInWords([])).toBe('');
});
