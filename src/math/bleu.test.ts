import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bleuSignature, corpusBleu, tokenize13a } from './bleu.ts';

interface Case {
  name: string;
  hypotheses: string[];
  references: (string | string[])[];
  score: number;
  precisions: number[];
  brevityPenalty: number;
  lengths: [number, number];
  signature: string;
}

const cases = JSON.parse(
  readFileSync(new URL('../../e2e/fixtures/bleu/expected.json', import.meta.url), 'utf8'),
) as Case[];

describe('corpusBleu', () => {
  it.each(cases)('agrees with sacreBLEU: $name', (expected) => {
    const bleu = corpusBleu(expected.hypotheses, expected.references);
    expect(bleu.score).toBeCloseTo(expected.score, 6);
    expect(bleu.brevityPenalty).toBeCloseTo(expected.brevityPenalty, 9);
    expect([bleu.hypothesisLength, bleu.referenceLength]).toEqual(expected.lengths);
    for (const [index, precision] of expected.precisions.entries()) {
      expect(bleu.precisions[index]).toBeCloseTo(precision, 6);
    }
  });

  it('says how it was computed, as sacreBLEU does', () => {
    for (const { references, signature } of cases) {
      const expected = bleuSignature([references[0] ?? ''].flat().length);
      expect(signature.startsWith(`${expected}|`)).toBe(true);
    }
  });

  it('refuses corpora of different lengths', () => {
    expect(() => corpusBleu(['a'], [])).toThrow(RangeError);
  });
});

describe('tokenize13a', () => {
  it('splits punctuation, but not inside numbers', () => {
    expect(tokenize13a('Oui, 1,000.5 (vrai).')).toEqual([
      'Oui',
      ',',
      '1,000.5',
      '(',
      'vrai',
      ')',
      '.',
    ]);
  });
});
