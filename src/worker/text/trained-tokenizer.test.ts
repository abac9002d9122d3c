import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SubwordTokenizer } from './tokenizer.ts';
import { trimSpan, type Span } from './words.ts';

const ROOT = new URL('../../../', import.meta.url);
const TOKENIZER = readFileSync(
  new URL('public/models/heed-marian-en-fr/tokenizer.json', ROOT),
  'utf8',
);

interface Fixture {
  tokenizerSha256: string;
  /** Text, ids, offsets (start, end, … in code points), and the decoded text where it differs. */
  cases: [string, number[], number[], string | null][];
}

const fixture = JSON.parse(
  gunzipSync(
    readFileSync(new URL('e2e/fixtures/tokenizer/heed-marian-en-fr.json.gz', ROOT)),
  ).toString(),
) as Fixture;

/** UTF-16 positions of the code points of a text, and of its end. */
function unitsOf(text: string): number[] {
  let unit = 0;
  const units = [0];
  for (const character of text) units.push((unit += character.length));
  return units;
}

describe('the trained tokenizer', { timeout: 30_000 }, () => {
  const tokenizer = SubwordTokenizer.parse(TOKENIZER, 0, 8000);

  it('is the one that the fixture was made with', () => {
    expect(createHash('sha256').update(TOKENIZER).digest('hex')).toBe(fixture.tokenizerSha256);
    expect(fixture.cases.length).toBeGreaterThanOrEqual(2000);
  });

  it('splits as the reference does', () => {
    const others = fixture.cases.filter(
      ([text, ids]) => tokenizer.encode(text).ids.join() !== ids.join(),
    );
    expect(others.map(([text]) => text)).toEqual([]);
  });

  it('decodes as the reference does', () => {
    const others = fixture.cases.filter(
      ([text, ids, , decoded]) => tokenizer.decode(ids).text !== (decoded ?? text),
    );
    expect(others.map(([text]) => text)).toEqual([]);
  });

  it('places every token where the reference does, and marks with their letter', () => {
    const others: unknown[] = [];
    for (const [text, , offsets] of fixture.cases) {
      const units = unitsOf(text);
      const { spans, special, tokens } = tokenizer.encode(text);
      for (const [index, span] of spans.entries()) {
        if (special[index]) continue;
        const [start, end] = [offsets[2 * index], offsets[2 * index + 1]].map(
          (offset) => units[offset ?? NaN] ?? NaN,
        );
        const reference = trimSpan(text, [start ?? NaN, end ?? NaN]);
        if (span.join() !== reference.join() && !isWithMarks(text, span, reference)) {
          others.push({ text, token: tokens[index], span, reference });
        }
      }
    }
    expect(others).toEqual([]);
  });

  it('covers every character that is no space, in order', () => {
    const gaps: unknown[] = [];
    for (const [text] of fixture.cases) {
      const { spans } = tokenizer.encode(text);
      let end = 0;
      for (const [start, stop] of spans) {
        if (text.slice(end, start).trim() !== '' || start > text.length) gaps.push({ text, start });
        end = Math.max(end, stop);
      }
      if (text.slice(end).trim() !== '') gaps.push({ text, end });
    }
    expect(gaps).toEqual([]);
  });
});

/**
 * Whether the span is the reference's with the marks that normalisation joined to a letter at one
 * of its ends: the reference leaves them out.
 */
function isWithMarks(text: string, [start, end]: Span, [from, to]: Span): boolean {
  const stretch = text.slice(start, end);
  return (
    stretch.normalize('NFC') !== stretch && /\p{M}/u.test(stretch) && start <= from && end >= to - 1
  );
}
