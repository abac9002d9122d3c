/** Sentence pairs and gold links of an alignment evaluation, as texts that a model reads. */
import type { GoldLinks } from '../../src/math/pharaoh.ts';
import { parseGoldAlignments } from '../../src/math/gold-alignments.ts';
import { InputError } from './answer.ts';
import {
  detokenise,
  findFrenchSpelling,
  type DetokenisedText,
  type Spelling,
} from './detokenise.ts';

export interface GoldSentence {
  readonly source: DetokenisedText;
  readonly target: DetokenisedText;
  readonly gold: GoldLinks;
}

export interface GoldFiles {
  /** Tokens parted by spaces, a sentence a line. */
  readonly sourceLines: readonly string[];
  readonly targetLines: readonly string[];
  /** `sentence english french S|P` a line, counted from 1. */
  readonly gold: string;
  readonly sourceSide: 'en' | 'fr';
  /** Sentences at most. */
  readonly limit: number;
}

export interface GoldSentences {
  readonly sentences: readonly GoldSentence[];
  readonly frenchSpelling: Spelling;
  /** Links of sentences behind the last line, which are left out. */
  readonly strayLinkCount: number;
}

/** Tokens are parted by spaces alone: a no-break space is part of its token. */
function split(line: string): string[] {
  return line.split(/[ \t]+/).filter((token) => token !== '');
}

function parseLinks(gold: string, isFlipped: boolean): Map<number, GoldLinks> {
  try {
    return parseGoldAlignments(gold, isFlipped);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InputError(`The gold file: ${error.message}.`);
    throw error;
  }
}

function checkLinks(number: number, { gold, source, target }: GoldSentence): void {
  const stray = gold.possible.find(
    (link) => link.source >= source.spans.length || link.target >= target.spans.length,
  );
  if (stray === undefined) return;
  throw new InputError(
    `The gold file links source word ${stray.source + 1} and target word ${stray.target + 1} of ` +
      `sentence ${number + 1}, which has ${source.spans.length} and ${target.spans.length} words.`,
  );
}

/**
 * Reads the pairs and their links. A sentence without links counts: all links made in it are wrong.
 * @throws InputError for a gold file that does not fit
 */
export function readGoldSentences(files: GoldFiles): GoldSentences {
  const { sourceLines, targetLines, sourceSide, limit } = files;
  const links = parseLinks(files.gold, sourceSide === 'fr');
  const frenchLines = sourceSide === 'fr' ? sourceLines : targetLines;
  const frenchSpelling = findFrenchSpelling(frenchLines.map(split));
  const [sourceSpelling, targetSpelling]: readonly [Spelling, Spelling] =
    sourceSide === 'fr' ? [frenchSpelling, 'english'] : ['english', frenchSpelling];
  const sentences = sourceLines.slice(0, limit).map((line, index): GoldSentence => ({
    source: detokenise(split(line), sourceSpelling),
    target: detokenise(split(targetLines[index] ?? ''), targetSpelling),
    gold: links.get(index) ?? { sure: [], possible: [] },
  }));
  for (const [number, sentence] of sentences.entries()) checkLinks(number, sentence);
  if (sentences.every(({ gold }) => gold.possible.length === 0)) {
    throw new InputError('The gold file has no links of these sentences.');
  }
  const strayLinkCount = [...links]
    .filter(([number]) => number >= sourceLines.length)
    .reduce((sum, [, { possible }]) => sum + possible.length, 0);
  return { sentences, frenchSpelling, strayLinkCount };
}
