import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SubwordTokenizer, type TokenizedText } from './tokenizer.ts';
import { trimSpan } from './words.ts';

const FIXTURES = new URL('../../../e2e/fixtures/', import.meta.url);
const SMALL = ['byte-level', 'unigram-words', 'unigram-split', 'byte-fallback', 'unknown'];

interface Case {
  text: string;
  ids: number[];
  tokens: string[];
  offsets: [number, number][];
  decoded: string;
}

interface Fixture {
  tokenizer: unknown;
  cases: Case[];
}

function readFixture(path: string): Fixture {
  return JSON.parse(readFileSync(new URL(path, FIXTURES), 'utf8')) as Fixture;
}

function parse(fixture: Fixture): SubwordTokenizer {
  return SubwordTokenizer.parse(JSON.stringify(fixture.tokenizer), 0, 100_000);
}

/** UTF-16 position of a position in code points. */
function toUnits(text: string, codePoint: number): number {
  return Array.from(text).slice(0, codePoint).join('').length;
}

function expectGoodSpans({ text, spans, special }: TokenizedText): void {
  let last = 0;
  const covered = new Set<number>();
  for (const [index, [start, end]] of spans.entries()) {
    expect(start).toBeGreaterThanOrEqual(last);
    expect(end).toBeGreaterThanOrEqual(start);
    expect(end).toBeLessThanOrEqual(text.length);
    if (special[index]) expect(end).toBe(start);
    for (let unit = start; unit < end; unit += 1) covered.add(unit);
    last = start;
  }
  // A character that normalisation deletes has no token; the texts here have none but these.
  for (const { index, 0: unit } of text.matchAll(/[^\s\u200b\p{Cc}]/gu)) {
    expect(covered.has(index), `${JSON.stringify(unit)} at ${index} of ${text}`).toBe(true);
  }
}

describe.each(SMALL)('the small tokenizer %s', (name) => {
  const fixture = readFixture(`tokenizer-small/${name}.json`);
  const tokenizer = parse(fixture);

  it.each(fixture.cases)('splits as the reference does: $text', ({ text, ids }) => {
    expect(tokenizer.encode(text).ids).toEqual(ids);
  });

  it.each(fixture.cases)('places every token: $text', (expected) => {
    const encoded = tokenizer.encode(expected.text);
    expectGoodSpans(encoded);
    const { text } = expected;
    // The reference leaves marks out of a composed character's origin, which is no place to stop.
    if (text.normalize('NFC') !== text || text.normalize('NFKC') !== text) return;
    const spans = expected.offsets.map(([start, end]) =>
      trimSpan(text, [toUnits(text, start), toUnits(text, end)]),
    );
    const compared = encoded.spans
      .map((span, index) => ({ index, span, reference: spans[index] }))
      // Special tokens stand nowhere, and a token of nothing but spaces anywhere between.
      .filter(({ index, span }) => !encoded.special[index] && text.slice(...span).trim() !== '');
    for (const { index, span, reference } of compared) {
      expect(span, `${encoded.tokens[index]} of ${text}`).toEqual(reference);
    }
  });

  it.each(fixture.cases)('decodes as the reference does: $text', ({ ids, decoded }) => {
    expect(tokenizer.decode(ids).text).toBe(decoded);
  });

  it.each(fixture.cases)('places every token of a decoded text: $text', ({ ids }) => {
    const decoded = tokenizer.decode(ids);
    expect(decoded.spans).toHaveLength(ids.length);
    expectGoodSpans(decoded);
  });
});

describe('the byte-level tokenizer', () => {
  const tokenizer = parse(readFixture('tokenizer-small/byte-level.json'));

  it('gives every byte of an emoji the emoji’s span', () => {
    const { spans, tokens } = tokenizer.encode('a 😀');
    const ofEmoji = spans.filter((_, index) => /^ð|Ł|ĺ|Ģ$/u.test(tokens[index] ?? ''));
    expect(ofEmoji.length).toBeGreaterThan(2);
    for (const span of ofEmoji) expect(span).toEqual([2, 4]);
  });

  it('puts a lone surrogate where it was typed, as U+FFFD', () => {
    const encoded = tokenizer.encode('cat \ud83d on');
    expect(encoded.text).toBe('cat \ufffd on');
    expectGoodSpans(encoded);
  });

  it('covers a decomposed letter with its mark', () => {
    const { spans, tokens } = tokenizer.encode('cafe\u0301');
    expect(spans.at(-2)?.[1]).toBe(5);
    expect(tokens.at(-1)).toBe('</s>');
  });

  it('counts words: elisions, clitics and punctuation stand alone, pieces belong together', () => {
    const { text, spans, words } = tokenizer.encode("l'hôtel isn't fermé.");
    const read = new Map<number, string>();
    for (const [index, word] of words.entries()) {
      read.set(word, (read.get(word) ?? '') + text.slice(...(spans[index] ?? [0, 0])));
    }
    expect([...read.values()]).toEqual(["l'", 'hôtel', 'isn', "'t", 'fermé', '.', '']);
  });

  it('keeps one word a family emoji, whatever its bytes', () => {
    const { words } = tokenizer.encode('👨‍👩‍👧');
    expect(new Set(words.slice(0, -1)).size).toBe(1);
  });

  it('puts leading tokens in front, without a span', () => {
    const { tokens, spans, special } = tokenizer.encode('cat', ['<pad>']);
    expect(tokens[0]).toBe('<pad>');
    expect(spans[0]).toEqual([0, 0]);
    expect(special[0]).toBe(true);
  });

  it('decodes nothing to nothing', () => {
    expect(tokenizer.decode([])).toMatchObject({ text: '', spans: [] });
    expect(tokenizer.decode([0])).toMatchObject({ text: '', spans: [[0, 0]], special: [true] });
  });

  it('decodes a growing translation as it decodes the whole', () => {
    const { ids } = tokenizer.encode('été 😀 naïve, l’hôtel');
    const fresh = parse(readFixture('tokenizer-small/byte-level.json'));
    for (let count = 1; count <= ids.length; count += 1) {
      const part = ids.slice(0, count);
      expect(tokenizer.decode(part)).toEqual(fresh.decode(part));
    }
  });

  it('survives random text of every kind', { timeout: 30_000 }, () => {
    const random = seeded(7);
    const pools = [
      'abcdefgh ',
      'éèàçœ\u0301\u0308',
      ' \t\n\u00a0',
      '😀👍🏽\u200d❤️',
      '日本語한국',
      '\u202e\u0000\ud800',
    ];
    for (let round = 0; round < 300; round += 1) {
      let text = '';
      for (let count = 0; count < 30; count += 1) {
        const pool = Array.from(pools[Math.floor(random() * pools.length)] ?? '');
        text += pool[Math.floor(random() * pool.length)] ?? '';
      }
      const { spans } = tokenizer.encode(text);
      for (const [index, [start, end]] of spans.entries()) {
        expect(start).toBeGreaterThanOrEqual(spans[index - 1]?.[0] ?? 0);
        expect(end).toBeLessThanOrEqual(text.length);
        expect(end).toBeGreaterThanOrEqual(start);
      }
    }
  });

  it('splits two thousand emoji within a second', () => {
    const start = performance.now();
    expect(tokenizer.encode('😀'.repeat(2000)).ids.length).toBeGreaterThan(2000);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a damaged tokenizer.json', () => {
  const good = readFixture('tokenizer-small/byte-level.json').tokenizer as Record<string, unknown>;
  const model = good['model'] as Record<string, unknown>;
  const cases: [string, unknown][] = [
    ['no JSON', '{'],
    ['a list', []],
    ['no model', { ...good, model: undefined }],
    ['a model of another type', { ...good, model: { ...model, type: 'WordLevel' } }],
    ['an id that is no number', { ...good, model: { ...model, vocab: { a: 'x' } } }],
    ['two tokens of one id', { ...good, model: { ...model, vocab: { a: 1, b: 1 } } }],
    ['merges that are no pairs', { ...good, model: { ...model, merges: [1] } }],
    ['added tokens without content', { ...good, added_tokens: [{ id: 1 }] }],
    ['an unknown normaliser', { ...good, normalizer: { type: 'Magic' } }],
    ['an unknown pre-tokenizer', { ...good, pre_tokenizer: { type: 'Magic' } }],
    ['a template without content', { ...good, post_processor: { type: 'Magic' } }],
    [
      'a broken pattern',
      { ...good, pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } },
    ],
  ];

  it.each(cases)('fails with a code: %s', (_, value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    expect(() => SubwordTokenizer.parse(text, 0, 1000)).toThrow(
      expect.objectContaining({
        failure: expect.objectContaining({
          code: expect.stringMatching(/^model-(invalid|unsupported)$/),
        }),
      }),
    );
  });

  it('fails when the tokenizer has more tokens than the model', () => {
    expect(() => SubwordTokenizer.parse(JSON.stringify(good), 0, 100)).toThrow(/does not know/);
  });
});
