import { formatValue } from '../math/format-number.ts';
import type { HeadChange, Replacement } from './what-if-protocol.ts';

function replacementInWords(replacement: Replacement, compared: string): string {
  switch (replacement.kind) {
    case 'uniform':
      return 'uniform weights';
    case 'permuted':
      return `weights permuted (seed ${replacement.seed})`;
    case 'one-hot':
      return 'one-hot weights';
    case 'temperature':
      return `temperature ${formatValue(replacement.temperature, 2)}`;
    case 'other-run':
      return `weights of the compared ${compared}`;
  }
}

/**
 * What was done to a head.
 * @param compared what stands beside the run, where its weights were taken: `picture`, `run`
 */
export function headChangeInWords({ scale, replacement }: HeadChange, compared: string): string {
  const parts = [
    scale === 0 ? 'off' : scale === 1 ? '' : `output × ${formatValue(scale)}`,
    replacement ? replacementInWords(replacement, compared) : '',
  ];
  return parts.filter(Boolean).join(', ');
}

/**
 * Heads of a layer with the same change, in the order of layers and heads.
 * @param compared as `headChangeInWords`
 * @returns groups, none of them empty
 */
export function headsChangedAlike(
  heads: readonly HeadChange[],
  compared: string,
): (readonly [HeadChange, ...HeadChange[]])[] {
  const groups = new Map<string, [HeadChange, ...HeadChange[]]>();
  for (const change of heads.toSorted((a, b) => a.layer - b.layer || a.head - b.head)) {
    const key = `${change.stack} ${change.layer} ${headChangeInWords(change, compared)}`;
    const group = groups.get(key);
    if (group) group.push(change);
    else groups.set(key, [change]);
  }
  return [...groups.values()];
}
