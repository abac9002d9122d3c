// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import {
  alignmentItems,
  linksOf,
  pharaohBlob,
  softAlignmentJsonBlob,
  softAlignmentTsvBlob,
  type AlignmentData,
} from './alignment-files.ts';

afterEach(() => vi.restoreAllMocks());

const data: AlignmentData = {
  weights: new Float32Array([0.7, 0.2, 0.1, 0.25, 0.25, 0.5, 0, 0, 1]),
  sourceTokens: ['a\tb', 'chat', '</s>'],
  targetTokens: ['the', '"cat"', '</s>'],
  isSourceWord: [true, true, false],
  isTargetWord: [true, true, false],
};

it('links words and leaves special tokens out', () => {
  expect(linksOf(data, { kind: 'argmax' })).toEqual([
    { source: 0, target: 0 },
    { source: 0, target: 1 },
  ]);
  expect(linksOf(data, { kind: 'threshold', least: 0.2 })).toHaveLength(4);
});

it('writes a Pharaoh line for each pair of sentences, an empty one too', async () => {
  const links = linksOf(data, { kind: 'threshold', least: 0.2 });
  expect(await pharaohBlob([links, [], [{ source: 2, target: 0 }]]).text()).toBe(
    '0-0 0-1 1-0 1-1\n\n2-0\n',
  );
});

it('writes soft alignments', async () => {
  expect(await softAlignmentTsvBlob(data).text()).toBe(
    '\ta b\tchat\t</s>\nthe\t0.7\t0.2\t0.1\n"cat"\t0.25\t0.25\t0.5\n</s>\t0\t0\t1\n',
  );
  expect(JSON.parse(await softAlignmentJsonBlob(data).text())).toEqual({
    source: data.sourceTokens,
    target: data.targetTokens,
    weights: [
      [0.7, 0.2, 0.1],
      [0.25, 0.25, 0.5],
      [0, 0, 1],
    ],
  });
});

it('refuses weights that do not fit the tokens', () => {
  const short = { ...data, weights: new Float32Array(4) };
  expect(() => softAlignmentTsvBlob(short)).toThrow('expected 3 × 3 weights, got 4');
  expect(() => softAlignmentJsonBlob(short)).toThrow(RangeError);
  expect(() => linksOf(short, { kind: 'argmax' })).toThrow(RangeError);
});

it('offers a menu item for each form, and reports what fails', async () => {
  const names: string[] = [];
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:heed/1');
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(
    this: HTMLAnchorElement,
  ) {
    names.push(this.download);
  });
  const onFailure = vi.fn<(error: unknown) => void>();
  const nameParts = ['heed-marian', 'alignment'];
  const items = alignmentItems({ nameParts, alignment: () => data, onFailure });
  expect(new Set(items.map(({ label }) => label)).size).toBe(3);
  for (const { onSelect } of items) onSelect();
  await vi.waitFor(() => expect(names).toHaveLength(3));
  expect(names).toEqual([
    'heed-marian_alignment.pharaoh.txt',
    'heed-marian_alignment.tsv',
    'heed-marian_alignment.alignment.json',
  ]);
  const short = { ...data, weights: new Float32Array(1) };
  alignmentItems({ nameParts, alignment: () => short, onFailure })[1]?.onSelect();
  await vi.waitFor(() => expect(onFailure).toHaveBeenCalledOnce());
  expect(names).toHaveLength(3);
});
