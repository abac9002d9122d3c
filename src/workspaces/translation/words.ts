import type { LensDescription } from '../../engine/protocol.ts';
import type {
  TranslationModelInfo,
  TranslationStackName,
} from '../../engine/translation-protocol.ts';
import { formatPercent, formatValue } from '../../math/format-number.ts';
import { visibleToken } from '../../views/tokens/visible-text.ts';
import type { AttentionView } from './attention-view.ts';
import type { HeadChoice, TokenPair } from './state.ts';

export const stackTitles: Record<TranslationStackName, string> = {
  cross: 'Cross-attention',
  encoder: 'Encoder self-attention',
  decoder: 'Decoder self-attention',
};

/** Which matrix it is, and why it is shown first where the model says so. */
export function nameHead(
  info: TranslationModelInfo,
  stack: TranslationStackName,
  { layer, head, isMean }: HeadChoice,
): string {
  const size = info.stacks[stack];
  if (!size) return '';
  const isOnly = size.layerCount * size.headCount === 1;
  const name = isOnly
    ? 'its only matrix'
    : `layer ${layer + 1}, ${isMean ? 'mean of all heads' : `head ${head + 1}`}`;
  const best = info.bestAlignment;
  const isBest = stack === 'cross' && !isMean && best?.layer === layer && best.head === head;
  if (!best || !isBest) return name;
  const rate = best.errorRate === null ? '' : ` (AER ${formatPercent(best.errorRate)})`;
  return `${name}${isOnly ? '' : ' – aligns best'}${rate}`;
}

/** Which lens is looked through, and at which head where it looks at one. */
export function nameLens(
  { title, usesLayer, usesHead }: LensDescription,
  { layer, head }: HeadChoice,
): string {
  if (!usesLayer) return title;
  return `${title}, layer ${layer + 1}${usesHead ? `, head ${head + 1}` : ''}`;
}

function nameOf(labels: readonly string[], unit: number): string {
  return `“${visibleToken(labels[unit] ?? '')}”`;
}

/** How a row, a cell and a column are said. */
const weightVerbs = {
  most: 'looked most at',
  one: 'looked at',
  by: 'was looked at most by',
} as const;
const lensVerbs = { most: 'most from', one: 'from', by: 'most for' } as const;

/**
 * What is pointed at, in words: `économique looked most at Economic: 0.91`; through a lens
 * `économique most from Economic: 0.91`.
 */
export function describePointed(
  { values, query, key }: AttentionView,
  pointed: TokenPair,
  isLens = false,
): string {
  const verbs = isLens ? lensVerbs : weightVerbs;
  const columns = key.labels.length;
  const row = pointed.query === null ? undefined : query.units[pointed.query];
  const column = pointed.key === null ? undefined : key.units[pointed.key];
  if (row !== undefined) {
    const weights = values.subarray(row * columns, (row + 1) * columns);
    const top = column ?? largestIndex(weights);
    const verb = column === undefined ? verbs.most : verbs.one;
    return `${nameOf(query.labels, row)} ${verb} ${nameOf(key.labels, top)}: ${formatValue(weights[top] ?? 0)}.`;
  }
  if (column === undefined) return '';
  const weights = query.labels.map((_, unit) => values[unit * columns + column] ?? 0);
  const top = largestIndex(weights);
  return `${nameOf(key.labels, column)} ${verbs.by} ${nameOf(query.labels, top)}: ${formatValue(weights[top] ?? 0)}.`;
}

function largestIndex(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1)
    if ((values[index] ?? 0) > (values[best] ?? 0)) best = index;
  return best;
}

/** What the two sides of a stack's matrices are called. */
export const axisNames: Record<
  TranslationStackName,
  { readonly query: string; readonly key: string }
> = {
  cross: { query: 'target', key: 'source' },
  encoder: { query: 'source, reading', key: 'source, read' },
  decoder: { query: 'target, next', key: 'target, read' },
};
