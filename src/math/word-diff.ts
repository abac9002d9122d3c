/** A stretch of words that two texts share, or that one of them has alone. */
export interface DiffPart {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/** Words with the white space that follows them, and punctuation by itself. */
function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}\p{M}’'-]+\s*|[^\p{L}\p{N}\p{M}\s]\s*|\s+/gu) ?? [];
}

/**
 * What turns one text into the other, word by word: a longest common subsequence (Wagner & Fischer
 * 1974). White space alone makes no difference. Of words in exchange the removed come first.
 */
export function diffWords(before: string, after: string): DiffPart[] {
  const [old, next] = [wordsOf(before), wordsOf(after)];
  const isSame = (one: number, other: number): boolean =>
    (old[one] ?? '').trim() === (next[other] ?? '').trim();
  const width = next.length + 1;
  // [words of old left out][words of next left out]: how many of the others can be kept.
  const kept = new Uint32Array((old.length + 1) * width);
  for (let one = old.length - 1; one >= 0; one -= 1)
    for (let other = next.length - 1; other >= 0; other -= 1)
      kept[one * width + other] = isSame(one, other)
        ? (kept[(one + 1) * width + other + 1] ?? 0) + 1
        : Math.max(kept[(one + 1) * width + other] ?? 0, kept[one * width + other + 1] ?? 0);
  const parts: DiffPart[] = [];
  let [one, other] = [0, 0];
  while (one < old.length || other < next.length) {
    const dropped = kept[(one + 1) * width + other] ?? 0;
    const inserted = kept[one * width + other + 1] ?? 0;
    if (one < old.length && other < next.length && isSame(one, other)) {
      parts.push({ kind: 'same', text: next[other] ?? '' });
      one += 1;
      other += 1;
    } else if (one < old.length && (other === next.length || dropped >= inserted)) {
      parts.push({ kind: 'removed', text: old[one] ?? '' });
      one += 1;
    } else {
      parts.push({ kind: 'added', text: next[other] ?? '' });
      other += 1;
    }
  }
  return joined(parts);
}

/** Neighbours of one kind as one part; between words that stay, what was removed comes first. */
function joined(parts: readonly DiffPart[]): DiffPart[] {
  const result: DiffPart[] = [];
  let pending = { same: '', removed: '', added: '' };
  const flush = (): void => {
    for (const kind of ['same', 'removed', 'added'] as const)
      if (pending[kind]) result.push({ kind, text: pending[kind] });
    pending = { same: '', removed: '', added: '' };
  };
  for (const { kind, text } of parts) {
    if (kind === 'same' && (pending.removed || pending.added)) flush();
    pending[kind] += text;
  }
  flush();
  return result;
}
