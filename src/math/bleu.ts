/**
 * Corpus BLEU (Papineni et al. 2002) as sacreBLEU computes it (Post 2018, arXiv:1804.08771): tokens
 * of mteval-v13a, case kept, n-grams up to 4, and the smoothing "exp" for n-grams without a match.
 */
export function bleuSignature(referenceCount: number): string {
  return `nrefs:${referenceCount}|case:mixed|eff:no|tok:13a|smooth:exp`;
}

const LARGEST_ORDER = 4;

export interface Bleu {
  /** 0 to 100. */
  readonly score: number;
  /** Of 1- to 4-grams, in percent, after smoothing. */
  readonly precisions: readonly number[];
  readonly brevityPenalty: number;
  /** In tokens, over all sentences; of several references the one closest in length counts. */
  readonly hypothesisLength: number;
  readonly referenceLength: number;
}

/**
 * @param references of each sentence, one or several
 * @throws RangeError if the numbers of sentences differ
 */
export function corpusBleu(
  hypotheses: readonly string[],
  references: readonly (string | readonly string[])[],
): Bleu {
  if (hypotheses.length !== references.length) {
    throw new RangeError(`${hypotheses.length} hypotheses for ${references.length} references`);
  }
  const matched = Array.from({ length: LARGEST_ORDER }, () => 0);
  const total = Array.from({ length: LARGEST_ORDER }, () => 0);
  let hypothesisLength = 0;
  let referenceLength = 0;
  for (const [index, hypothesis] of hypotheses.entries()) {
    const made = tokenize13a(hypothesis);
    const wanted = [references[index] ?? ''].flat().map(tokenize13a);
    hypothesisLength += made.length;
    referenceLength += closestLength(made.length, wanted);
    for (let order = 1; order <= LARGEST_ORDER; order += 1) {
      const counts = countMost(wanted, order);
      for (const [ngram, count] of countNgrams(made, order)) {
        total[order - 1] = (total[order - 1] ?? 0) + count;
        matched[order - 1] = (matched[order - 1] ?? 0) + Math.min(count, counts.get(ngram) ?? 0);
      }
    }
  }
  return score(matched, total, hypothesisLength, referenceLength);
}

function score(
  matched: readonly number[],
  total: readonly number[],
  hypothesisLength: number,
  referenceLength: number,
): Bleu {
  // exp(-Infinity) is 0, the penalty of an empty corpus.
  const brevityPenalty =
    hypothesisLength >= referenceLength ? 1 : Math.exp(1 - referenceLength / hypothesisLength);
  const lengths = { brevityPenalty, hypothesisLength, referenceLength };
  const none = Array.from({ length: LARGEST_ORDER }, () => 0);
  if (matched.every((count) => count === 0)) return { score: 0, precisions: none, ...lengths };
  const precisions = smooth(matched, total);
  const logs = precisions.map((precision) => Math.log(precision));
  const mean = logs.reduce((sum, log) => sum + log, 0) / LARGEST_ORDER;
  return { score: brevityPenalty * Math.exp(mean), precisions, ...lengths };
}

/** Each order without a match counts as half of what the one before it did. */
function smooth(matched: readonly number[], total: readonly number[]): number[] {
  let share = 1;
  return matched.map((count, index) => {
    const possible = total[index] ?? 0;
    if (possible === 0) return 0;
    if (count > 0) return (100 * count) / possible;
    share *= 2;
    return 100 / (share * possible);
  });
}

/** Of two that are as close, the shorter. */
function closestLength(length: number, references: readonly (readonly string[])[]): number {
  const lengths = references.map((tokens) => tokens.length).toSorted((a, b) => a - b);
  const distances = lengths.map((other) => Math.abs(other - length));
  return lengths[distances.indexOf(Math.min(...distances))] ?? 0;
}

/** Of each n-gram, how often it is in the reference that has the most of it. */
function countMost(references: readonly (readonly string[])[], order: number): Map<string, number> {
  const most = new Map<string, number>();
  for (const reference of references) {
    for (const [ngram, count] of countNgrams(reference, order)) {
      most.set(ngram, Math.max(count, most.get(ngram) ?? 0));
    }
  }
  return most;
}

function countNgrams(tokens: readonly string[], order: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let start = 0; start + order <= tokens.length; start += 1) {
    // No token has a space in it.
    const ngram = tokens.slice(start, start + order).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** The tokens of mteval-v13a. */
export function tokenize13a(line: string): string[] {
  const plain = line
    .trimEnd()
    .replaceAll('<skipped>', '')
    .replaceAll('-\n', '')
    .replaceAll('\n', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
  return ` ${plain} `
    .replaceAll(/([{-~[-` -&(-+:-@/])/gu, ' $1 ')
    .replaceAll(/([^0-9])([.,])/gu, '$1 $2 ')
    .replaceAll(/([.,])([^0-9])/gu, ' $1 $2')
    .replaceAll(/([0-9])(-)/gu, '$1 $2 ')
    .split(/\p{White_Space}+/u)
    .filter((token) => token !== '');
}
