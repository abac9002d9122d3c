import type {
  TranslationHeadImportance,
  TranslationStackName,
} from '../../engine/translation-protocol.ts';

/**
 * How much of the target's log probability goes with each head of a stack: below 0 where its absence
 * helps.
 * @param token one target token alone, or null for the sum of all
 * @returns [layer, head] in nats; null where the model has no such stack
 */
export function importanceOfHeads(
  { logProbabilities, without }: TranslationHeadImportance,
  stack: TranslationStackName,
  token: number | null,
): Float32Array | null {
  const values = without[stack];
  if (values === null) return null;
  const count = logProbabilities.length;
  if (count === 0) return null;
  const sumOf = (row: Float32Array): number =>
    token === null ? row.reduce((sum, value) => sum + value, 0) : (row[token] ?? 0);
  const whole = sumOf(logProbabilities);
  return Float32Array.from(
    { length: values.length / count },
    (_, head) => whole - sumOf(values.subarray(head * count, (head + 1) * count)),
  );
}

/** The largest size of any value, whatever its sign; 0 for none. */
export function largestSize(values: Float32Array | null): number {
  return values?.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) ?? 0;
}
