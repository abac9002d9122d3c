import {
  alignByArgmax,
  alignByThreshold,
  formatSoftAlignmentJson,
  formatSoftAlignmentTsv,
  type Link,
} from '../math/alignment.ts';
import { formatPharaoh } from '../math/pharaoh.ts';
import type { ExportItem } from './export-items.ts';
import { saverOf } from './save-item.ts';

/** Attention between two texts. */
export interface AlignmentData {
  /** Row-major [target, source]. */
  readonly weights: Float32Array;
  readonly sourceTokens: readonly string[];
  readonly targetTokens: readonly string[];
  /** Leave `</s>` and other special tokens out of the links; all take part where absent. */
  readonly isSourceWord?: readonly boolean[];
  readonly isTargetWord?: readonly boolean[];
}

/** How links are taken from weights. */
export type LinkRule =
  /** Each target token to its heaviest source token. */
  | { readonly kind: 'argmax' }
  /** Every pair with at least this weight. */
  | { readonly kind: 'threshold'; readonly least: number };

/** @throws RangeError if the weights do not fit the tokens */
export function linksOf(data: AlignmentData, rule: LinkRule): Link[] {
  const { sourceTokens, targetTokens, ...rest } = data;
  const soft = { ...rest, sourceCount: sourceTokens.length, targetCount: targetTokens.length };
  return rule.kind === 'argmax' ? alignByArgmax(soft) : alignByThreshold(soft, rule.least);
}

/** One Pharaoh line for each pair of sentences: `0-0 1-2`, source first, from 0. */
export function pharaohBlob(sentences: readonly (readonly Link[])[]): Blob {
  return textBlob(sentences.map((links) => `${formatPharaoh(links)}\n`).join(''), 'text/plain');
}

/** A row for each target token, a column for each source token. */
export function softAlignmentTsvBlob(data: AlignmentData): Blob {
  const { weights, sourceTokens, targetTokens } = checked(data);
  return textBlob(
    formatSoftAlignmentTsv(weights, sourceTokens, targetTokens),
    'text/tab-separated-values',
  );
}

/** `{ "source": […], "target": […], "weights": [[…], …] }`. */
export function softAlignmentJsonBlob(data: AlignmentData): Blob {
  const { weights, sourceTokens, targetTokens } = checked(data);
  return textBlob(formatSoftAlignmentJson(weights, sourceTokens, targetTokens), 'application/json');
}

function checked(data: AlignmentData): AlignmentData {
  const { weights, sourceTokens, targetTokens } = data;
  if (weights.length !== sourceTokens.length * targetTokens.length)
    throw new RangeError(
      `expected ${targetTokens.length} × ${sourceTokens.length} weights, got ${weights.length}`,
    );
  return data;
}

function textBlob(text: string, type: string): Blob {
  return new Blob([text], { type: `${type};charset=utf-8` });
}

export interface AlignmentExportable {
  /** Parts of the file name: model, view, layer, head. */
  readonly nameParts: readonly string[];
  /** Asked when a command is chosen. */
  readonly alignment: () => AlignmentData;
  /** By argmax where absent. */
  readonly rule?: LinkRule;
  readonly onFailure: (error: unknown) => void;
}

/** Commands that save an alignment as Pharaoh links, TSV and JSON, for a menu. */
export function alignmentItems({
  nameParts,
  alignment,
  rule = { kind: 'argmax' },
  onFailure,
}: AlignmentExportable): ExportItem[] {
  const save = saverOf(nameParts, onFailure);
  return [
    {
      label: 'Word links',
      detail: 'Pharaoh i-j',
      onSelect: save('pharaoh.txt', () => pharaohBlob([linksOf(alignment(), rule)])),
    },
    {
      label: 'Soft alignment, table',
      detail: 'TSV',
      onSelect: save('tsv', () => softAlignmentTsvBlob(alignment())),
    },
    {
      label: 'Soft alignment',
      detail: 'JSON',
      onSelect: save('alignment.json', () => softAlignmentJsonBlob(alignment())),
    },
  ];
}
