import { describe, expect, it } from 'vitest';
import { splitSentences, splitToFit } from './sentences.ts';
import type { Span } from './words.ts';

const read = (text: string, spans: readonly Span[]) => spans.map((span) => text.slice(...span));

const fits = ([start, end]: Span) => end - start <= 12;

describe('splitSentences', () => {
  it('splits at ends of sentences and of lines, without the space between', () => {
    const text = '  It rains.  Does it?\n\nA title\r\nYes! ';
    expect(read(text, splitSentences(text, 'en'))).toEqual([
      'It rains.',
      'Does it?',
      'A title',
      'Yes!',
    ]);
  });

  it('does not split after titles and initials', () => {
    const text =
      'Mr. Smith met J. R. Tolkien. M. Dupont et Mme. Martin dorment. Vitamin C helps. So.';
    expect(read(text, splitSentences(text, 'en'))).toEqual([
      'Mr. Smith met J. R. Tolkien.',
      'M. Dupont et Mme. Martin dorment.',
      'Vitamin C helps.',
      'So.',
    ]);
  });

  it('covers everything but white space, in order', () => {
    const text = 'Un. Deux ? Trois ! « Quatre. » 3.14 fois… cinq\u2028six';
    const spans = splitSentences(text, 'fr');
    const outside = spans.reduceRight(
      (rest, [start, end]) => rest.slice(0, start) + rest.slice(end),
      text,
    );
    expect(outside.trim()).toBe('');
    expect(spans.every(([start], index) => start >= (spans[index - 1]?.[1] ?? 0))).toBe(true);
  });

  it('finds none in blank text', () => {
    expect(splitSentences(' \n\t', 'en')).toEqual([]);
  });
});

describe('splitToFit', () => {
  const text = 'one two three four five six seven';

  it('splits between words until all parts fit', () => {
    const parts = splitToFit(text, [0, text.length], fits) ?? [];
    expect(parts.every(fits)).toBe(true);
    expect(read(text, parts).join(' ')).toBe(text);
  });

  it('leaves alone what fits', () => {
    expect(splitToFit(text, [4, 13], fits)).toEqual([[4, 13]]);
  });

  it('gives up on a word that is too long by itself', () => {
    expect(splitToFit('abc ' + 'x'.repeat(13), [0, 17], fits)).toBeNull();
  });
});
