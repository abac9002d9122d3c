/**
 * Word alignments out of attention. A soft alignment is a matrix of weights, target × source; a
 * hard one is a list of links.
 */

/** Positions from 0. */
export interface Link {
  readonly source: number;
  readonly target: number;
}

/** A soft alignment and which of its rows and columns take part in hard ones. */
export interface SoftAlignment {
  /** [target, source], row-major. */
  readonly weights: Float32Array;
  readonly targetCount: number;
  readonly sourceCount: number;
  /** Leaves `</s>` and other special tokens out of the links; all take part where absent. */
  readonly isSourceWord?: readonly boolean[];
  readonly isTargetWord?: readonly boolean[];
}

/** Links every target word to the source word with the largest weight; of equals, to the first. */
export function alignByArgmax(alignment: SoftAlignment): Link[] {
  return rowsOf(alignment).flatMap(({ target, columns }) => {
    const best = columns.reduce<Column | undefined>(
      (best, column) => (best === undefined || column.weight > best.weight ? column : best),
      undefined,
    );
    return best === undefined ? [] : [{ source: best.source, target }];
  });
}

/** Links every pair whose weight is at least the threshold. */
export function alignByThreshold(alignment: SoftAlignment, threshold: number): Link[] {
  return rowsOf(alignment).flatMap(({ target, columns }) =>
    columns.filter(({ weight }) => weight >= threshold).map(({ source }) => ({ source, target })),
  );
}

interface Column {
  readonly source: number;
  readonly weight: number;
}

/** The rows and columns that take part. */
function rowsOf(alignment: SoftAlignment): { target: number; columns: Column[] }[] {
  const { weights, targetCount, sourceCount, isSourceWord, isTargetWord } = alignment;
  if (weights.length !== targetCount * sourceCount) {
    throw new RangeError(`expected ${targetCount} × ${sourceCount} weights, got ${weights.length}`);
  }
  return Array.from({ length: targetCount }, (_, target) => ({
    target,
    columns: Array.from({ length: sourceCount }, (_, source) => ({
      source,
      weight: weights[target * sourceCount + source] ?? 0,
    })).filter(({ source }) => isSourceWord?.[source] ?? true),
  })).filter(({ target }) => isTargetWord?.[target] ?? true);
}

/**
 * A soft alignment as a table: a header with the source tokens, then a line for each target token.
 * Tabs and line ends in tokens are written as spaces.
 */
export function formatSoftAlignmentTsv(
  weights: Float32Array,
  sourceTokens: readonly string[],
  targetTokens: readonly string[],
): string {
  const rows = targetTokens.map((token, target) => {
    const row = weights.subarray(target * sourceTokens.length, (target + 1) * sourceTokens.length);
    return [asCell(token), ...Array.from(row, formatWeight)].join('\t');
  });
  return [['', ...sourceTokens.map(asCell)].join('\t'), ...rows, ''].join('\n');
}

function asCell(token: string): string {
  return token.replaceAll(/[\t\n\r]/g, ' ');
}

/** As many digits as single precision has. */
function formatWeight(weight: number): string {
  return String(Number(weight.toPrecision(7)));
}

/** The same as JSON: `{ "source": [...], "target": [...], "weights": [[...], ...] }`. */
export function formatSoftAlignmentJson(
  weights: Float32Array,
  sourceTokens: readonly string[],
  targetTokens: readonly string[],
): string {
  const count = sourceTokens.length;
  const rows = targetTokens.map((_, target) =>
    Array.from(weights.subarray(target * count, (target + 1) * count), (weight) =>
      Number(weight.toPrecision(7)),
    ),
  );
  return JSON.stringify({ source: sourceTokens, target: targetTokens, weights: rows });
}
