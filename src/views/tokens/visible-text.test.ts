import { expect, it } from 'vitest';
import { isInvisible, showWhiteSpace, visibleToken } from './visible-text.ts';

it('shows what stands alone and would not be seen', () => {
  expect(['a b', ' ', '\t\n', '\u2003', '', '\u200F', '\u202E\u2069'].map(visibleToken)).toEqual([
    'a b',
    '␣',
    '⇥↵',
    '␣',
    '∅',
    'U+200F',
    'U+202E U+2069',
  ]);
});

it('leaves emoji with joiners as they are', () => {
  expect(visibleToken('👩‍🚀')).toBe('👩‍🚀');
  expect(isInvisible('👩‍🚀')).toBe(false);
  expect(isInvisible('\u200D')).toBe(true);
});

it('shows all white space of a candidate', () => {
  expect(showWhiteSpace(' new\u00A0word ')).toBe('␣new⍽word␣');
});
