import type {
  DecodingStep,
  StackAttention,
  StackSize,
  TokenizedText,
  TranslationNews,
} from '../../engine/translation-protocol.ts';

/** A sentence whose translation is under way. */
export interface LiveSentence {
  readonly source: TokenizedText;
  /** The best translation so far. */
  readonly target: TokenizedText;
  readonly steps: readonly DecodingStep[];
  /** Of each step: [layer, head, source token] of the cross-attention. */
  readonly rows: readonly Float32Array[];
}

const noTokens: TokenizedText = {
  text: '',
  ids: [],
  tokens: [],
  spans: [],
  special: [],
  words: [],
};

/** The sentences after a piece of news. News of a sentence that never began is ignored. */
export function applyNews(
  sentences: readonly LiveSentence[],
  news: TranslationNews,
): readonly LiveSentence[] {
  if (news.type === 'sentence') {
    const begun: LiveSentence = { source: news.source, target: noTokens, steps: [], rows: [] };
    return [...sentences.slice(0, news.sentence), begun];
  }
  const old = sentences[news.sentence];
  if (!old) return sentences;
  const next: LiveSentence = {
    source: old.source,
    target: news.target,
    steps: [...old.steps.slice(0, news.kept), ...news.added],
    rows: [...old.rows.slice(0, news.kept), ...news.rows],
  };
  return sentences.map((sentence) => (sentence === old ? next : sentence));
}

/**
 * The cross-attention of the steps so far, as `readStack` gives it at the end.
 * @throws RangeError if a row is not [layer, head, source token]
 */
export function liveAttention(
  { rows, source }: LiveSentence,
  { layerCount, headCount }: StackSize,
): StackAttention {
  const keyCount = source.ids.length;
  const queryCount = rows.length;
  const values = new Float32Array(layerCount * headCount * queryCount * keyCount);
  for (const [query, row] of rows.entries()) {
    if (row.length !== layerCount * headCount * keyCount)
      throw new RangeError(
        `expected ${layerCount} × ${headCount} × ${keyCount} weights a step, got ${row.length}`,
      );
    for (let head = 0; head < layerCount * headCount; head += 1) {
      const own = row.subarray(head * keyCount, (head + 1) * keyCount);
      values.set(own, (head * queryCount + query) * keyCount);
    }
  }
  return { layerCount, headCount, queryCount, keyCount, values };
}
