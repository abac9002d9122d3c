import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { HeedFailure } from '../failure.ts';
import { MarianTokenizer, type MarianTokenizerFiles } from './marian-tokenizer.ts';
import { trimSpan, type Span } from './words.ts';

const FOLDER = new URL('../../../e2e/fixtures/marian-tokenizer/', import.meta.url);

interface Fixture {
  files: Record<string, string>;
  /** Text, ids, places (start, end, … in code points) or null, decoded text where it differs. */
  cases: [string, number[], number[] | null, string | null][];
  targets: [string, number[]][];
  decoded: [number[], string][];
}

function readFixture(name: string): Fixture {
  return JSON.parse(gunzipSync(readFileSync(new URL(name, FOLDER))).toString()) as Fixture;
}

function filesOf({ files }: Fixture): MarianTokenizerFiles {
  const read = (name: string): Uint8Array<ArrayBuffer> =>
    Uint8Array.from(Buffer.from(files[name] ?? '', 'base64'));
  const readText = (name: string): string => new TextDecoder().decode(read(name));
  return {
    sourceModel: read('source.spm'),
    targetModel: read('target.spm'),
    vocabulary: readText('vocab.json'),
    targetVocabulary: 'target_vocab.json' in files ? readText('target_vocab.json') : null,
    config: readText('tokenizer_config.json'),
  };
}

const SIZES = { source: 100_000, target: 100_000 };
const parse = (files: MarianTokenizerFiles): MarianTokenizer => MarianTokenizer.parse(files, SIZES);

/** UTF-16 positions of the code points of a text, and of its end. */
function unitsOf(text: string): number[] {
  let unit = 0;
  const units = [0];
  for (const character of text) units.push((unit += character.length));
  return units;
}

/** Whether a stretch shows nothing: what may be left out of a token's place, or not. */
const isInvisible = (text: string): boolean => /^[\s\p{C}\p{M}\ufffd\u2581]*$/u.test(text);

/**
 * The same place, but for white space at its ends and letters that normalisation deletes. Where one
 * letter became several tokens (an ellipsis, a ligature) the reference gives it to the last of them,
 * and the space before it to the first; here each has the letter.
 */
function isSamePlace(text: string, [start, end]: Span, [from, to]: Span): boolean {
  const before = text.slice(Math.min(start, from), Math.max(start, from));
  const after = text.slice(Math.min(end, to), Math.max(end, to));
  if (isInvisible(before) && isInvisible(after)) return true;
  if (isInvisible(text.slice(from, to)) && start === to) return true;
  return start <= from && end >= to && Array.from(before + after).length === 1;
}

describe.each(readdirSync(FOLDER))('the Marian tokenizer %s', { timeout: 60_000 }, (name) => {
  const fixture = readFixture(name);
  const tokenizer = parse(filesOf(fixture));

  it('splits as the reference does', () => {
    expect(fixture.cases.length).toBeGreaterThan(700);
    const others = fixture.cases
      .map(([text, ids]) => ({ text, ids, actual: tokenizer.encode(text).ids }))
      .filter(({ ids, actual }) => actual.join() !== ids.join());
    expect(others).toEqual([]);
  });

  it('splits targets as the reference does', () => {
    const others = fixture.targets
      .map(([text, ids]) => ({ text, ids, actual: tokenizer.encodeTarget(text).ids }))
      .filter(({ ids, actual }) => actual.join() !== ids.join());
    expect(others).toEqual([]);
  });

  it('decodes as the reference does', () => {
    const all: [number[], string][] = [
      ...fixture.cases.map(([text, ids, , decoded]): [number[], string] => [ids, decoded ?? text]),
      ...fixture.decoded,
    ];
    const others = all
      .map(([ids, text]) => ({ ids, text, actual: tokenizer.decode(ids).text }))
      .filter(({ text, actual }) => actual !== text);
    expect(others).toEqual([]);
  });

  it('places every token where the reference does', () => {
    const others: unknown[] = [];
    let count = 0;
    for (const [text, , offsets] of fixture.cases) {
      if (offsets === null) continue;
      const units = unitsOf(text);
      const { spans, tokens } = tokenizer.encode(text);
      for (const [index, span] of spans.slice(0, -1).entries()) {
        const [start = NaN, end = NaN] = [offsets[2 * index], offsets[2 * index + 1]].map(
          (offset) => units[offset ?? NaN] ?? NaN,
        );
        count += 1;
        const reference = trimSpan(text, [start, end]);
        if (!isSamePlace(text, span, reference)) {
          others.push({ text, token: tokens[index], span, reference });
        }
      }
    }
    expect(count).toBeGreaterThan(5000);
    expect(others).toEqual([]);
  });

  it('covers every letter, in order', () => {
    const gaps: unknown[] = [];
    for (const [text] of fixture.cases) {
      const { spans } = tokenizer.encode(text);
      let end = 0;
      for (const [start, stop] of [...spans, [text.length, text.length] as const]) {
        if (!isInvisible(text.slice(end, start))) gaps.push({ text, end, start });
        end = Math.max(end, stop);
      }
    }
    expect(gaps).toEqual([]);
  });
});

describe('MarianTokenizer', () => {
  const fixture = readFixture('bpe.json.gz');
  const files = filesOf(fixture);
  const tokenizer = parse(files);

  it('takes a language code in front as one token, and puts one there that is asked for', () => {
    const typed = tokenizer.encode('>>fra<< the cat');
    expect(typed.tokens[0]).toBe('>>fra<<');
    expect(typed.spans[0]).toEqual([0, 7]);
    expect(typed.text.slice(...(typed.spans[1] ?? [0, 0]))).toMatch(/^t/);
    const led = tokenizer.encode('the cat', ['>>fra<<']);
    expect(led.ids).toEqual(typed.ids);
    expect(led.special[0]).toBe(true);
    expect(() => tokenizer.encode('a', ['>>xyz<<'])).toThrow(/no token “>>xyz<<”/);
    expect(tokenizer.spell(tokenizer.encode('>>xyz<< a').ids[0] ?? -1)).toBe('<unk>');
  });

  it('joins the pieces of a word', () => {
    const { words, tokens, special } = tokenizer.encode('the unmountainous');
    expect(special.at(-1)).toBe(true);
    expect(new Set(words).size).toBe(3);
    expect(tokens.length).toBeGreaterThan(3);
  });

  it.each<[string, Partial<MarianTokenizerFiles>, string, RegExp]>([
    ['an empty model', { sourceModel: new Uint8Array() }, 'model-invalid', /no unknown piece/],
    [
      'a model cut short',
      { sourceModel: files.sourceModel.subarray(0, 1000) },
      'model-invalid',
      /bytes wanted|cut short|no unknown/,
    ],
    [
      'a page in place of a model',
      { targetModel: new TextEncoder().encode('<!doctype html>') },
      'model-invalid',
      /wire type|bytes wanted/,
    ],
    ['a vocabulary without an end', { vocabulary: '{"<unk>": 0}' }, 'model-invalid', /<\/s>/],
    [
      'an id that is no number',
      { vocabulary: '{"</s>": 0, "<unk>": "1"}' },
      'model-invalid',
      /<unk>: expected a whole number/,
    ],
    [
      'an id beyond the model',
      { vocabulary: '{"</s>": 0, "<unk>": 100000}' },
      'model-invalid',
      /id 100000 in a vocabulary of 100000/,
    ],
    ['a model of words', { sourceModel: modelOf(3) }, 'model-unsupported', /^$/],
    ['a map with a trie longer than itself', { sourceModel: withMap() }, 'model-invalid', /a trie/],
  ])('rejects %s', (_, change, code, detail) => {
    try {
      parse({ ...files, ...change });
    } catch (error) {
      if (!(error instanceof HeedFailure)) throw error;
      expect(error.failure.code).toBe(code);
      expect(error.failure.detail ?? '').toMatch(detail);
      return;
    }
    throw new Error('Nothing was thrown.');
  });

  it('survives any changed byte of a model', () => {
    const { sourceModel } = files;
    for (let at = 0; at < sourceModel.length; at += 31) {
      const changed = sourceModel.slice();
      changed[at] = (changed[at] ?? 0) ^ 0xff;
      try {
        parse({ ...files, sourceModel: changed }).encode('The cat… sleeps 👍 in the garden.');
      } catch (error) {
        if (!(error instanceof HeedFailure)) throw error;
      }
    }
  });
});

/** Field `number` with bytes. */
function field(number: number, bytes: readonly number[]): number[] {
  return [8 * number + 2, bytes.length, ...bytes];
}

/** A model with one piece, of a type of the trainer's. */
function modelOf(modelType: number): Uint8Array {
  const unknown = [...field(1, [0x3c, 0x3e]), 0x18, 2];
  return Uint8Array.from([...field(1, unknown), ...field(2, [0x18, modelType])]);
}

function withMap(): Uint8Array {
  return Uint8Array.from([...modelOf(1), ...field(3, field(2, [255, 255, 0, 0, 1, 2, 3, 4]))]);
}
