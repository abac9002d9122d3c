import type { Link } from './alignment.ts';
import type { GoldLinks } from './pharaoh.ts';

/**
 * Reads gold word alignments in the format of the NAACL 2003 shared task (Mihalcea & Pedersen 2003):
 * a link a line, `sentence source target S|P`, all counted from 1; without a letter a link is sure.
 * @param isFlipped whether the positions stand target first
 * @returns by sentence, counted from 0; a sentence without links is absent
 * @throws SyntaxError with the line's number
 */
export function parseGoldAlignments(text: string, isFlipped = false): Map<number, GoldLinks> {
  const sentences = new Map<number, { sure: Link[]; possible: Link[] }>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)(?:\s+([SP]))?(?:\s+[\d.]+)?\s*$/.exec(line);
    const [sentence, first, second] = [match?.[1], match?.[2], match?.[3]].map(Number);
    if (!match || !sentence || !first || !second) {
      throw new SyntaxError(`line ${index + 1}: expected “sentence source target S|P”: ${line}`);
    }
    const link = isFlipped
      ? { source: second - 1, target: first - 1 }
      : { source: first - 1, target: second - 1 };
    const links = sentences.get(sentence - 1) ?? { sure: [], possible: [] };
    sentences.set(sentence - 1, links);
    if (match[4] !== 'P') links.sure.push(link);
    links.possible.push(link);
  }
  return sentences;
}
