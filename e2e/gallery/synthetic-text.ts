/** Invented sentences and weights. */
const sourceText = 'The little dog of my neighbour does not bark at night.';
const targetText = 'Le petit chien de mon voisin n’aboie pas la nuit.';

/** Words and stops with where they stand, then the end of the sentence. */
function tokenise(text: string) {
  const words = [...text.matchAll(/[\p{L}\p{M}]+’?|\p{P}/gu)];
  const tokens = [...words.map(([word]) => word), '</s>'];
  const spans = words.map(({ 0: word, index }) => [index, index + word.length] as const);
  return {
    text,
    tokens,
    spans: [...spans, [text.length, text.length] as const],
    special: tokens.map((token) => token === '</s>'),
  };
}

export const source = tokenise(sourceText);
export const target = tokenise(targetText);
export const sourceTokens = source.tokens.slice(0, -1);
export const targetTokens = target.tokens.slice(0, -1);

/** Rows that sum to 1, strongest near the diagonal. Row-major [target, source]. */
export function syntheticWeights(
  targetCount: number,
  sourceCount: number,
  phase = 0,
): Float32Array {
  const weights = new Float32Array(targetCount * sourceCount);
  for (let target = 0; target < targetCount; target += 1) {
    const centre =
      (target / Math.max(1, targetCount - 1)) * (sourceCount - 1) +
      1.2 * Math.sin(target * 2.1 + phase);
    const width = 0.35 + 0.6 * Math.abs(Math.sin(target * 1.3 + phase));
    const row = Array.from({ length: sourceCount }, (_, source) =>
      Math.exp(-(((source - centre) / width) ** 2) / 2),
    );
    const total = row.reduce((sum, weight) => sum + weight, 1e-9);
    for (const [source, weight] of row.entries())
      weights[target * sourceCount + source] = weight / total;
  }
  return weights;
}
