import { describe, expect, it } from 'vitest';
import { InputError } from './page/answer.ts';
import { readGoldSentences, type GoldFiles } from './page/gold-sentences.ts';

const files: GoldFiles = {
  sourceLines: ['the  black cat .', 'no links'],
  targetLines: ['le chat noir .', 'sans liens'],
  gold: '1 1 1 S\n1 2 3 S\r\n1 3 2 P\n',
  sourceSide: 'en',
  limit: 10,
};

describe('readGoldSentences', () => {
  it('reads words and links', () => {
    const { sentences, frenchSpelling, strayLinkCount } = readGoldSentences(files);
    expect(sentences).toHaveLength(2);
    expect(sentences[0]?.source.text).toBe('the black cat.');
    expect(sentences[0]?.gold.sure).toEqual([
      { source: 0, target: 0 },
      { source: 1, target: 2 },
    ]);
    expect(sentences[0]?.gold.possible).toHaveLength(3);
    expect(sentences[1]?.gold).toEqual({ sure: [], possible: [] });
    expect([frenchSpelling, strayLinkCount]).toEqual(['french', 0]);
  });

  it('turns columns and spellings when the source is French', () => {
    const { sentences } = readGoldSentences({
      ...files,
      sourceLines: ['de le chat !'],
      targetLines: ["of the cat 's !"],
      gold: '1 2 1 S',
      sourceSide: 'fr',
    });
    expect(sentences[0]?.source.text).toBe('du chat !');
    expect(sentences[0]?.target.text).toBe("of the cat's!");
    expect(sentences[0]?.gold.sure).toEqual([{ source: 0, target: 1 }]);
  });

  it('keeps a no-break space in its token', () => {
    const { sentences } = readGoldSentences({
      ...files,
      sourceLines: ['10\u00a0000 black cats .'],
    });
    expect(sentences[0]?.source.spans).toHaveLength(4);
  });

  it('leaves out what is behind the limit, and counts what is behind the last line', () => {
    const gold = `${files.gold}2 1 1 S\n3 1 1 S\n3 9 9 P\n`;
    const { sentences, strayLinkCount } = readGoldSentences({ ...files, gold, limit: 1 });
    expect([sentences.length, strayLinkCount]).toEqual([1, 2]);
  });

  it.each([
    ['1 1 1 S\n1 1\n', 'The gold file: line 2'],
    ['0-0 1-1\n', 'The gold file: line 1'],
    ['1 5 1 S\n', 'source word 5'],
    ['1 1 5 P\n', 'target word 5'],
    ['9 1 1 S\n', 'no links of these sentences'],
    ['', 'no links of these sentences'],
  ])('refuses a gold file that does not fit: %j', (gold, words) => {
    const reading = () => readGoldSentences({ ...files, gold });
    expect(reading).toThrow(InputError);
    expect(reading).toThrow(words);
  });
});
