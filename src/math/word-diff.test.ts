import { describe, expect, it } from 'vitest';
import { diffWords } from './word-diff.ts';

const inShort = (before: string, after: string): string =>
  diffWords(before, after)
    .map(({ kind, text }) => ({ same: text, removed: `[-${text}]`, added: `[+${text}]` })[kind])
    .join('');

describe('diffWords', () => {
  it.each([
    ['Le chat dort.', 'Le chat dort.', 'Le chat dort.'],
    ['Le chat dort.', 'Le chien dort.', 'Le [-chat ][+chien ]dort.'],
    ['Le chat dort.', 'Le chat noir dort !', 'Le chat [+noir ]dort [-.][+!]'],
    ['un deux trois', 'trois', '[-un deux ]trois'],
    ['a b c d', 'b x d', '[-a ]b [-c ][+x ]d'],
    ['', 'neu', '[+neu]'],
    ['alt', '', '[-alt]'],
    ['', '', ''],
    ['l’été arrive', 'l’hiver arrive', '[-l’été ][+l’hiver ]arrive'],
    ['猫 が 寝る', '犬 が 寝る', '[-猫 ][+犬 ]が 寝る'],
  ])('%j to %j', (before, after, expected) => expect(inShort(before, after)).toBe(expected));

  it('without what was removed it is the new text, without what was added the old one', () => {
    const [before, after] = ['the cat sat on the old mat', 'on the mat the old cat sat'];
    const parts = diffWords(before, after);
    const without = (kind: string): string[] =>
      parts.filter((part) => part.kind !== kind).flatMap(({ text }) => text.trim().split(/\s+/));
    expect(without('removed')).toEqual(after.split(' '));
    expect(without('added')).toEqual(before.split(' '));
  });
});
