import { expect, it } from 'vitest';
import { wrapText } from './wrap-text.ts';

const widthOf = (text: string) => text.length;

it('breaks between words', () => {
  expect(wrapText('one two three four', 9, widthOf)).toEqual(['one two', 'three', 'four']);
});

it('leaves a word alone that is too long', () => {
  expect(wrapText('a incomprehensibilities b', 5, widthOf)).toEqual([
    'a',
    'incomprehensibilities',
    'b',
  ]);
});

it('has no line for an empty text', () => {
  expect(wrapText('  ', 5, widthOf)).toEqual([]);
});
