import { expect, it } from 'vitest';
import { codeOfText, fittedText, nameOfCode, withCode } from './language-code.ts';

it('a code is found in front of a text, and put there', () => {
  expect(codeOfText('>>fra<< A dog.')).toBe('>>fra<<');
  expect(codeOfText('A dog. >>fra<<')).toBeNull();
  expect(withCode('A dog.', '>>fra<<')).toBe('>>fra<< A dog.');
  expect(withCode('>>fra<< A dog.', '>>deu<<')).toBe('>>deu<< A dog.');
  expect(withCode('>>fra<< A dog.', null)).toBe('A dog.');
});

it('a text is fitted to what the model knows', () => {
  const codes = ['>>fra<<', '>>deu<<'];
  expect(fittedText('A dog.', codes)).toBe('>>fra<< A dog.');
  expect(fittedText('>>deu<< A dog.', codes)).toBe('>>deu<< A dog.');
  expect(fittedText('>>xyz<< A dog.', codes)).toBe('>>fra<< A dog.');
  expect(fittedText('>>fra<< A dog.', [])).toBe('A dog.');
  expect(fittedText('A dog.', [])).toBe('A dog.');
});

it('codes have the names of their languages where there are any', () => {
  expect(['>>fra<<', '>>pt_br<<', '>>cmn_Hans<<', '>>qqq<<'].map(nameOfCode)).toEqual([
    'French',
    'Portuguese (br)',
    'Chinese (Hans)',
    'qqq',
  ]);
});
