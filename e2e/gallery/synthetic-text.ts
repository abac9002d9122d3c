/** Invented sentences and weights. */
export const sourceText = 'The little dog of my neighbour does not bark at night.';
export const targetText = 'Le petit chien de mon voisin n’aboie pas la nuit.';

export const sourceTokens = [
  ...'The little dog of my neighbour does not bark at night .'.split(' '),
];
export const targetTokens = [...'Le petit chien de mon voisin n’ aboie pas la nuit .'.split(' ')];

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
