import type { Link } from './alignment.ts';

/**
 * Links in the Pharaoh format: `0-0 1-2 2-1`, positions from 0, source first, in the order of the
 * source and then of the target.
 */
export function formatPharaoh(links: readonly Link[]): string {
  return links
    .toSorted((a, b) => a.source - b.source || a.target - b.target)
    .map(({ source, target }) => `${source}-${target}`)
    .join(' ');
}

/** A gold line: sure links `i-j` and possible ones, written `i?j` or `i-jP`. */
export interface GoldLinks {
  readonly sure: readonly Link[];
  /** All links, the sure ones included. */
  readonly possible: readonly Link[];
}

/**
 * Reads one line: `i-j` and `i-jS` are sure, `i?j` and `i-jP` possible.
 * @param firstPosition 0 for Pharaoh; some gold files count from 1
 * @throws SyntaxError for anything else
 */
export function parsePharaoh(line: string, firstPosition = 0): GoldLinks {
  const sure: Link[] = [];
  const possible: Link[] = [];
  for (const item of line.split(/\s+/).filter((part) => part !== '')) {
    const match = /^(\d+)([-?])(\d+)([SP]?)$/i.exec(item);
    if (match === null) throw new SyntaxError(`no link: ${item}`);
    const link = {
      source: Number(match[1]) - firstPosition,
      target: Number(match[3]) - firstPosition,
    };
    if (link.source < 0 || link.target < 0)
      throw new SyntaxError(`a position before the first: ${item}`);
    if (match[2] === '-' && match[4]?.toUpperCase() !== 'P') sure.push(link);
    possible.push(link);
  }
  return { sure, possible };
}
