import { describe, expect, it } from 'vitest';
import {
  alignByArgmax,
  alignByThreshold,
  formatSoftAlignmentJson,
  formatSoftAlignmentTsv,
} from './alignment.ts';

// Two target words over three source tokens, the last of them </s>.
const weights = Float32Array.of(0.25, 0.25, 0.5, 0.125, 0.75, 0.125);
const alignment = { weights, targetCount: 2, sourceCount: 3 };

describe('alignByArgmax', () => {
  it('links each target word to its largest weight', () => {
    expect(alignByArgmax(alignment)).toEqual([
      { source: 2, target: 0 },
      { source: 1, target: 1 },
    ]);
  });

  it('leaves special tokens out, and takes the first of equals', () => {
    const isSourceWord = [true, true, false];
    expect(alignByArgmax({ ...alignment, isSourceWord })).toEqual([
      { source: 0, target: 0 },
      { source: 1, target: 1 },
    ]);
    expect(alignByArgmax({ ...alignment, isTargetWord: [false, true] })).toHaveLength(1);
  });

  it('links nothing where no source word is left', () => {
    expect(alignByArgmax({ ...alignment, isSourceWord: [false, false, false] })).toEqual([]);
  });

  it('refuses a size that does not fit', () => {
    expect(() => alignByArgmax({ ...alignment, sourceCount: 4 })).toThrow(RangeError);
  });
});

describe('alignByThreshold', () => {
  it('links all pairs at or above the threshold', () => {
    expect(alignByThreshold(alignment, 0.25)).toEqual([
      { source: 0, target: 0 },
      { source: 1, target: 0 },
      { source: 2, target: 0 },
      { source: 1, target: 1 },
    ]);
  });
});

describe('soft alignments as text', () => {
  it('TSV has a header and a line for each target token, tabs made spaces', () => {
    expect(formatSoftAlignmentTsv(weights, ['a', 'b\tc', '</s>'], ['x', 'y'])).toBe(
      '\ta\tb c\t</s>\nx\t0.25\t0.25\t0.5\ny\t0.125\t0.75\t0.125\n',
    );
  });

  it('JSON can be read back', () => {
    const text = formatSoftAlignmentJson(weights, ['a', 'b', '</s>'], ['x', 'y']);
    expect(JSON.parse(text)).toEqual({
      source: ['a', 'b', '</s>'],
      target: ['x', 'y'],
      weights: [
        [0.25, 0.25, 0.5],
        [0.125, 0.75, 0.125],
      ],
    });
  });
});
