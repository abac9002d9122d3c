import type { Direction, LensMatrix, VisionRun } from '../../engine/protocol.ts';
import { massSet } from '../../math/mass-outline.ts';
import { topK } from '../../math/top-k.ts';
import type { LensView } from './state.ts';

/**
 * The query's row of a matrix, what it attends to, or its column, what attends to it. A matrix of one
 * row is every query's map.
 * @returns [token]
 */
export function tokenValues(matrix: LensMatrix, query: number, direction: Direction): Float32Array {
  const { keyCount, queryCount, values } = matrix;
  if (queryCount === 1) return values;
  if (direction === 'row') return values.subarray(query * keyCount, (query + 1) * keyCount);
  return Float32Array.from(
    { length: queryCount },
    (_, row) => values[row * keyCount + query] ?? Number.NaN,
  );
}

/** One head's part of [layer, head, token]. */
export function headValues(
  rows: Float32Array,
  run: VisionRun,
  { layer, head }: Pick<LensView, 'layer' | 'head'>,
): Float32Array {
  const start = (layer * run.headCount + head) * run.tokenCount;
  return rows.subarray(start, start + run.tokenCount);
}

/** The patches of [layer, head, token]: [layer, head, patch]. */
export function patchesOfRows(rows: Float32Array, run: VisionRun): Float32Array {
  const { tokenCount, specialTokens, layerCount, headCount } = run;
  const first = specialTokens.length;
  const patchCount = tokenCount - first;
  const patches = new Float32Array(layerCount * headCount * patchCount);
  for (let head = 0; head < layerCount * headCount; head += 1)
    patches.set(
      rows.subarray(head * tokenCount + first, (head + 1) * tokenCount),
      head * patchCount,
    );
  return patches;
}

/** A map over the patches and what there is to say about it. */
export interface PaneMap {
  /** [token], special tokens first. */
  readonly tokens: Float32Array;
  /** [patch], row by row. */
  readonly patches: Float32Array;
  /** Token with the largest value. */
  readonly topToken: number;
  /** Patches with the largest values, largest first. */
  readonly topPatches: readonly number[];
  /** Share of all tokens' mass that lies on the special tokens. */
  readonly specialShare: number;
}

/** What a pane's map is made of. */
export interface MapSource {
  readonly run: VisionRun | null;
  readonly view: LensView;
  readonly matrix: LensMatrix | null;
  /** The query's rows (or columns) of every head, where the pane has them. */
  readonly rows: Float32Array | null;
  readonly query: number;
  readonly direction: Direction;
}

/** Whether a view shows one head's attention as it is. */
export function isOneHead({ lens, options }: LensView): boolean {
  return lens === 'raw' && (options.raw?.['fusion'] ?? 'one') === 'one';
}

/**
 * A pane's map at the present query, or null before there is one. A single head's is in the rows
 * that came with the run, so that it need not wait for its matrix.
 */
export function mapOf({ run, view, matrix, rows, query, direction }: MapSource): PaneMap | null {
  if (!run || query >= run.tokenCount) return null;
  const specialTokenCount = run.specialTokens.length;
  if (matrix) return paneMap(tokenValues(matrix, query, direction), specialTokenCount);
  if (!rows || !isOneHead(view)) return null;
  return paneMap(headValues(rows, run, view), specialTokenCount);
}

const topPatchCount = 8;

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

export function paneMap(tokens: Float32Array, specialTokenCount: number): PaneMap {
  const patches = tokens.subarray(specialTokenCount);
  const total = sum(tokens);
  return {
    tokens,
    patches,
    topToken: topK(tokens, 1)[0] ?? 0,
    topPatches: topK(patches, topPatchCount),
    specialShare: total > 0 ? sum(tokens.subarray(0, specialTokenCount)) / total : 0,
  };
}

function isSameSource(a: MapSource, b: MapSource): boolean {
  return (
    a.run === b.run &&
    a.view === b.view &&
    a.matrix === b.matrix &&
    a.rows === b.rows &&
    a.query === b.query &&
    a.direction === b.direction
  );
}

function isSameMap(a: PaneMap, b: PaneMap): boolean {
  return (
    a.tokens.length === b.tokens.length &&
    a.patches.length === b.patches.length &&
    a.tokens.every((value, token) => Object.is(value, b.tokens[token]))
  );
}

/**
 * The map of a pane: made once for all who draw it, and the same object as long as its numbers are the
 * same. What a run brought at once comes again with the whole matrix, and the rows of a new query come
 * after its map: nothing is drawn anew for that.
 */
export class LatestMap {
  #source: MapSource | null = null;
  #map: PaneMap | null = null;

  of(source: MapSource): PaneMap | null {
    if (this.#source !== null && isSameSource(source, this.#source)) return this.#map;
    const before = this.#map;
    const map = mapOf(source);
    this.#source = source;
    this.#map = map && before && isSameMap(map, before) ? before : map;
    return this.#map;
  }
}

/** How many patches hold a share of the mass on patches. */
export function patchCountHolding(map: PaneMap, share: number): number {
  return massSet(map.patches, share).cellCount;
}
