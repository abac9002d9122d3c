import type { AlignmentPlace } from '../alignment-matrix/alignment-place.ts';
import type { SeenPart } from '../alignment-matrix/layout-alignment.ts';
import { estimateWidth } from '../tokens/label-width.ts';

/** In CSS pixels. */
const rowHeights = { least: 18, most: 30, usualTotal: 560 };
const widest = 760;
const longestLabel = 150;
const labelGap = 8;
export const labelSize = 13;

/** The sizes of the whole view, in CSS pixels: keys stand at the left, queries at the right. */
export interface RibbonFrame {
  readonly queryCount: number;
  readonly keyCount: number;
  readonly width: number;
  readonly height: number;
  /** Where the lines begin and end. */
  readonly keyX: number;
  readonly queryX: number;
  /** Names are cut at this length. */
  readonly labelLength: number;
  /** Of the side with more tokens. */
  readonly rowHeight: number;
}

export function frameRibbons(
  queryLabels: readonly string[],
  keyLabels: readonly string[],
  room: number,
): RibbonFrame {
  const width = Math.max(200, Math.min(widest, room));
  const most = Math.min(longestLabel, width * 0.3);
  const lengths = [...queryLabels, ...keyLabels].map((label) => estimateWidth(label) * labelSize);
  const labelLength = Math.min(most, Math.max(16, ...lengths));
  const rows = Math.max(1, queryLabels.length, keyLabels.length);
  const rowHeight = Math.max(
    rowHeights.least,
    Math.min(rowHeights.most, Math.floor(rowHeights.usualTotal / rows)),
  );
  const band = Math.ceil(labelLength + labelGap);
  return {
    queryCount: queryLabels.length,
    keyCount: keyLabels.length,
    width,
    height: rows * rowHeight,
    keyX: band,
    queryX: width - band,
    labelLength,
    rowHeight,
  };
}

export type RibbonSide = 'query' | 'key';

/** The middle of a token's row from the top, in CSS pixels: both sides take the whole height. */
export function ribbonY(frame: RibbonFrame, side: RibbonSide, index: number): number {
  const count = side === 'query' ? frame.queryCount : frame.keyCount;
  return ((index + 0.5) * frame.height) / Math.max(1, count);
}

/** The token at a point of what is seen, in CSS pixels; null between the sides. */
export function hitTestRibbons(
  frame: RibbonFrame,
  seen: Pick<SeenPart, 'x' | 'y'>,
  x: number,
  y: number,
): AlignmentPlace | null {
  const across = x + seen.x;
  const down = (y + seen.y) / frame.height;
  if (across < 0 || across > frame.width || down < 0 || down >= 1) return null;
  if (across < frame.keyX && frame.keyCount > 0)
    return { query: null, key: Math.floor(down * frame.keyCount) };
  if (across > frame.queryX && frame.queryCount > 0)
    return { query: Math.floor(down * frame.queryCount), key: null };
  return null;
}

/**
 * The token after a key, or null for keys that do not move it: up and down on its side, left to the
 * keys, right to the queries, at about the same height.
 */
export function ribbonAfterKey(
  { queryCount, keyCount }: Pick<RibbonFrame, 'queryCount' | 'keyCount'>,
  from: AlignmentPlace | null,
  name: string,
): AlignmentPlace | null {
  if (queryCount === 0 || keyCount === 0) return null;
  const side: RibbonSide = from?.query === null ? 'key' : 'query';
  const count = side === 'query' ? queryCount : keyCount;
  const index = (side === 'query' ? from?.query : from?.key) ?? 0;
  const on = (next: RibbonSide, at: number): AlignmentPlace => {
    const last = (next === 'query' ? queryCount : keyCount) - 1;
    const inside = Math.max(0, Math.min(last, at));
    return next === 'query' ? { query: inside, key: null } : { query: null, key: inside };
  };
  const across = (next: RibbonSide) =>
    next === side
      ? on(side, index)
      : on(next, Math.floor(((index + 0.5) / count) * (next === 'query' ? queryCount : keyCount)));
  switch (name) {
    case 'ArrowUp':
      return on(side, from ? index - 1 : 0);
    case 'ArrowDown':
      return on(side, from ? index + 1 : 0);
    case 'ArrowLeft':
      return across('key');
    case 'ArrowRight':
      return across('query');
    case 'Home':
      return on(side, 0);
    case 'End':
      return on(side, count - 1);
    default:
      return null;
  }
}
