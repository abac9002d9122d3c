import type { TranslationStackName } from '../../engine/translation-protocol.ts';
import type { AttentionView, TokenAxis } from './attention-view.ts';
import type { TokenPair } from './state.ts';

/** A weight for each token of a text, or null for a text that has none to show. */
export interface PaneWeights {
  readonly source: Float32Array | null;
  readonly target: Float32Array | null;
}

const noWeights: PaneWeights = { source: null, target: null };

/** What a query looked at, a weight for each key token. */
function rowWeights({ values, query, key }: AttentionView, token: number): Float32Array | null {
  const unit = query.units[token];
  if (unit === undefined) return null;
  const columns = key.labels.length;
  return Float32Array.from(key.units, (column) => values[unit * columns + column] ?? 0);
}

/** What looked at a key, a weight for each query token. */
function columnWeights({ values, query, key }: AttentionView, token: number): Float32Array | null {
  const unit = key.units[token];
  if (unit === undefined) return null;
  const columns = key.labels.length;
  return Float32Array.from(query.units, (row) => values[row * columns + unit] ?? 0);
}

/**
 * How the tokens of both texts light up when a query, or a key, is pointed at. A decoder's keys are
 * what it had read, so its key j + 1 is target token j; what it looks at of the start is not shown.
 */
export function paneWeights(
  view: AttentionView,
  stack: TranslationStackName,
  { query, key }: TokenPair,
): PaneWeights {
  if (query !== null) {
    const weights = rowWeights(view, query);
    if (!weights) return noWeights;
    if (stack !== 'decoder') return { source: weights, target: null };
    const target = new Float32Array(view.query.units.length);
    target.set(weights.subarray(1));
    return { source: null, target };
  }
  if (key === null) return noWeights;
  const weights = columnWeights(view, key);
  return stack === 'encoder'
    ? { source: weights, target: null }
    : { source: null, target: weights };
}

/** The token that is pointed at in each text, for marking it there. */
export function pointedTokens(
  stack: TranslationStackName,
  { query, key }: TokenPair,
): { readonly source: number | null; readonly target: number | null } {
  switch (stack) {
    case 'cross':
      return { source: key, target: query };
    case 'encoder':
      return { source: query ?? key, target: null };
    case 'decoder':
      return { source: null, target: query ?? (key === null || key === 0 ? null : key - 1) };
  }
}

/** What pointing at a token of a text points at in the matrix. */
export function pairOfToken(
  stack: TranslationStackName,
  text: 'source' | 'target',
  token: number | null,
): TokenPair | null {
  if (token === null) return null;
  if (stack === 'cross' && text === 'source') return { query: null, key: token };
  if ((stack === 'encoder') === (text === 'source')) return { query: token, key: null };
  return null;
}

/** The first token of a row or column. */
function firstToken({ units }: TokenAxis, unit: number | null): number | null {
  return unit === null ? null : Math.max(0, units.indexOf(unit));
}

/** A place of the matrix as tokens: the first of each row and column. */
export function tokensOfPlace(
  axes: { readonly query: TokenAxis; readonly key: TokenAxis },
  place: TokenPair | null,
): TokenPair | null {
  if (!place) return null;
  return { query: firstToken(axes.query, place.query), key: firstToken(axes.key, place.key) };
}

/** Tokens as a place of the matrix; null where the matrix has no such tokens. */
export function placeOfTokens(
  axes: { readonly query: TokenAxis; readonly key: TokenAxis },
  tokens: TokenPair | null,
): TokenPair | null {
  if (!tokens) return null;
  const query = tokens.query === null ? null : (axes.query.units[tokens.query] ?? null);
  const key = tokens.key === null ? null : (axes.key.units[tokens.key] ?? null);
  return query === null && key === null ? null : { query, key };
}
