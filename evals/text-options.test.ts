import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readParallelLines, readText, splitLines } from './lines.mjs';
import { UsageError } from './options.mjs';
import { parseAlignmentOptions, parseTranslationOptions } from './text-options.mjs';

const folder = mkdtempSync(join(tmpdir(), 'heed-lines-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('options', () => {
  it('of a translation are read', () => {
    const args = ['--model', 'm', '--source', 'a', '--reference', 'b', '--reference=c'];
    const common = { model: 'm', source: 'a', references: ['b', 'c'] };
    expect(parseTranslationOptions(args)).toEqual({
      ...common,
      beamCount: null,
      limit: Infinity,
      backend: null,
      out: null,
    });
    const more = ['--beam', '4', '--limit', '9', '--backend', 'wasm', '--out', 'o'];
    expect(parseTranslationOptions([...args, ...more])).toEqual({
      ...common,
      beamCount: 4,
      limit: 9,
      backend: 'wasm',
      out: 'o',
    });
    expect(parseTranslationOptions(['--help'])).toBeNull();
  });

  it('of an alignment are read', () => {
    const args = ['--model', 'm', '--source', 'a', '--target', 'b', '--gold', 'c'];
    const common = { model: 'm', source: 'a', target: 'b', gold: 'c' };
    const rest = { limit: Infinity, backend: null };
    expect(parseAlignmentOptions(args)).toEqual({ ...common, ...rest, sourceSide: 'en' });
    expect(parseAlignmentOptions([...args, '--source-side', 'fr'])).toMatchObject({
      sourceSide: 'fr',
    });
  });

  const good = ['--model', 'm', '--source', 'a', '--reference', 'b'];
  it.each([
    [[]],
    [good.slice(2)],
    [good.slice(0, 4)],
    [[...good, '--beam', '9']],
    [[...good, '--beam', '0']],
    [[...good, '--limit', '-1']],
    [[...good, '--gold', 'c']],
    [[...good, '--out', '']],
  ])('%j are refused in one line', (args) => {
    const refused = () => parseTranslationOptions(args);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(/^[^\n]+[.]$/);
  });

  it('refuse another side than en and fr', () => {
    const args = ['--model', 'm', '--source', 'a', '--target', 'b', '--gold', 'c'];
    expect(() => parseAlignmentOptions([...args, '--source-side', 'de'])).toThrow(UsageError);
    expect(() => parseAlignmentOptions(args.slice(0, -2))).toThrow('--gold');
  });
});

describe('lines', () => {
  it('end in LF or CRLF, and the last may go without', () => {
    expect(splitLines('a\r\nb\n\nc')).toEqual(['a', 'b', '', 'c']);
    expect(splitLines('a\n\n')).toEqual(['a', '']);
    expect(splitLines('a\u2028b\rc\n')).toEqual(['a\u2028b\rc']);
    expect(splitLines('')).toEqual([]);
  });

  it('come without a byte order mark', () => {
    expect(readText(file('bom', '\ufeffété\n'))).toBe('été\n');
  });

  it('of parallel files agree in number', () => {
    const [two, other, three] = [file('2', 'a\nb\n'), file('2b', 'c\r\nd'), file('3', 'a\nb\nc\n')];
    expect(readParallelLines([two, other])).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(() => readParallelLines([two, other, three])).toThrow(/has 2 lines, and .* has 3\.$/);
    expect(() => readParallelLines([file('0', ''), two])).toThrow('has no lines.');
  });

  it('are refused where there is no text', () => {
    expect(() => readText(join(folder, 'none'))).toThrow('does not exist.');
    expect(() => readText(folder)).toThrow('is not a file.');
    expect(() => readText(file('bytes', Uint8Array.of(0x61, 0xff)))).toThrow('not text in UTF-8.');
  });
});
