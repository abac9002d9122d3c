import type {
  StackAttention,
  TokenizedText,
  TranslationStackName,
} from '../../engine/translation-protocol.ts';
import { mergeSubwords, mergeSubwordsOfHeads } from '../../math/merge-subwords.ts';
import type { HeadChoice } from './state.ts';

/** One axis of a matrix: its tokens, and the rows or columns that they fall into. */
export interface TokenAxis {
  /** A name for each row or column. */
  readonly labels: readonly string[];
  /** The row or column of each token. */
  readonly units: readonly number[];
  /** Of each row or column: whether it stands for no text, as `</s>` does. */
  readonly special: readonly boolean[];
}

export interface StackAxes {
  readonly query: TokenAxis;
  readonly key: TokenAxis;
}

/** The name of what a decoder reads first. */
export const startLabel = '<start>';

/** A token as the vocabulary spells it, or a word as it stands in the text. */
export function textAxis(text: TokenizedText, isMerged: boolean): TokenAxis {
  const { tokens, special, words } = text;
  if (!isMerged) return { labels: tokens, units: tokens.map((_, index) => index), special };
  const wordCount = (words.at(-1) ?? -1) + 1;
  const spans: [number, number][] = Array.from({ length: wordCount }, () => [Infinity, 0]);
  const names: string[] = Array.from({ length: wordCount }, () => '');
  const specialWords: boolean[] = Array.from({ length: wordCount }, () => false);
  for (const [token, word] of words.entries()) {
    const span = spans[word];
    const [start, end] = text.spans[token] ?? [0, 0];
    names[word] = (names[word] ?? '') + (tokens[token] ?? '');
    if (special[token]) specialWords[word] = true;
    else if (span && end > start) {
      span[0] = Math.min(span[0], start);
      span[1] = Math.max(span[1], end);
    }
  }
  const labels = spans.map(([start, end], word) => {
    const written = specialWords[word] ? '' : text.text.slice(start, end).trim();
    return written || (names[word] ?? '');
  });
  return { labels, units: words, special: specialWords };
}

/** The axes of a stack's matrices. Keys of the decoder are what it had read: the start comes first. */
export function stackAxes(
  stack: TranslationStackName,
  source: TokenizedText,
  target: TokenizedText,
  isMerged: boolean,
): StackAxes {
  const query = textAxis(stack === 'encoder' ? source : target, isMerged);
  if (stack !== 'decoder') return { query, key: textAxis(source, isMerged) };
  const unitsRead = query.units.slice(0, -1);
  const unitCount = (unitsRead.at(-1) ?? -1) + 1;
  return {
    query,
    key: {
      labels: [startLabel, ...query.labels.slice(0, unitCount)],
      units: [0, ...unitsRead.map((unit) => unit + 1)],
      special: [true, ...query.special.slice(0, unitCount)],
    },
  };
}

/**
 * One head's matrix, or the mean of its layer's.
 * @returns [query, key] of tokens; a view of `attention` for one head
 */
export function headMatrix(attention: StackAttention, choice: HeadChoice): Float32Array {
  const { layerCount, headCount, queryCount, keyCount, values } = attention;
  const size = queryCount * keyCount;
  const layer = Math.min(choice.layer, layerCount - 1);
  const head = Math.min(choice.head, headCount - 1);
  const first = layer * headCount;
  if (!choice.isMean) return values.subarray((first + head) * size, (first + head + 1) * size);
  const mean = new Float32Array(size);
  for (let cell = 0; cell < size; cell += 1) {
    let sum = 0;
    for (let other = first; other < first + headCount; other += 1)
      sum += values[other * size + cell] ?? 0;
    mean[cell] = sum / headCount;
  }
  return mean;
}

/** A matrix ready to be drawn: [row, column], its rows summing to 1. */
export interface AttentionView extends StackAxes {
  readonly values: Float32Array;
}

/** A head's matrix over tokens, or over words. Null where the axes are not (yet) of this matrix. */
export function attentionView(
  attention: StackAttention,
  choice: HeadChoice,
  axes: StackAxes,
): AttentionView | null {
  if (!fits(attention, axes)) return null;
  const values = mergeSubwords(headMatrix(attention, choice), axes.query.units, axes.key.units);
  return { ...axes, values };
}

/** Every head's matrix, as `attentionView`: [layer, head, row, column]. */
export function allHeads(attention: StackAttention, axes: StackAxes): Float32Array | null {
  if (!fits(attention, axes)) return null;
  const { layerCount, headCount, values } = attention;
  return mergeSubwordsOfHeads(values, layerCount * headCount, axes.query.units, axes.key.units);
}

function fits({ queryCount, keyCount }: StackAttention, { query, key }: StackAxes): boolean {
  return queryCount > 0 && queryCount === query.units.length && keyCount === key.units.length;
}
