import { describe, expect, it } from 'vitest';
import { countAlignment, NO_ALIGNMENTS, scoreAlignment } from './alignment-error-rate.ts';
import { parseGoldAlignments } from './gold-alignments.ts';
import { parsePharaoh } from './pharaoh.ts';

const count = (made: string, gold: string, before = NO_ALIGNMENTS) =>
  countAlignment(before, parsePharaoh(made).sure, parsePharaoh(gold));

describe('alignment error rate', () => {
  it('is 0 where all sure links and only possible ones are made', () => {
    const { aer, precision, recall } = scoreAlignment(count('0-0 1-1 2-2', '0-0 1-1 2?2 3?3'));
    expect([aer, precision, recall]).toEqual([0, 1, 1]);
  });

  it('is 1 where every link is wrong', () => {
    expect(scoreAlignment(count('0-1 1-0', '0-0 1-1')).aer).toBe(1);
  });

  it('follows the formula by hand', () => {
    // |A| = 3, |S| = 2, |A ∩ S| = 1, |A ∩ P| = 2: 1 - 3 / 5.
    const scores = scoreAlignment(count('0-0 1-2 5-5', '0-0 1-1 1?2'));
    expect(scores.aer).toBeCloseTo(0.4, 12);
    expect(scores.precision).toBeCloseTo(2 / 3, 12);
    expect(scores.recall).toBeCloseTo(1 / 2, 12);
  });

  it('adds up counts over sentences, not rates', () => {
    const counts = count('0-0', '0-0 1-1 2-2', count('0-0 1-1', '0-0'));
    expect(counts).toEqual({ made: 3, sure: 4, madeAndSure: 2, madeAndPossible: 2 });
  });

  it('counts a link given twice once, and a sure link as possible', () => {
    const gold = { sure: [{ source: 0, target: 0 }], possible: [] };
    const link = { source: 0, target: 0 };
    expect(countAlignment(NO_ALIGNMENTS, [link, link], gold)).toEqual({
      made: 1,
      sure: 1,
      madeAndSure: 1,
      madeAndPossible: 1,
    });
  });
});

describe('parseGoldAlignments', () => {
  it('reads links that count from 1, sure unless they say P', () => {
    const gold = parseGoldAlignments('1 1 2 S\n1 2 1 P\r\n\n3 1 1\n');
    expect([...gold.keys()]).toEqual([0, 2]);
    expect(gold.get(0)).toEqual({
      sure: [{ source: 0, target: 1 }],
      possible: [
        { source: 0, target: 1 },
        { source: 1, target: 0 },
      ],
    });
  });

  it('turns links around', () => {
    expect(parseGoldAlignments('1 1 2', true).get(0)?.sure).toEqual([{ source: 1, target: 0 }]);
  });

  it.each(['1 2', '0 1 1', '1 0 1', 'a b c', '1 1 1 X'])('refuses %s, with its line', (line) => {
    expect(() => parseGoldAlignments(`1 1 1\n${line}`)).toThrow(/line 2/);
  });
});
