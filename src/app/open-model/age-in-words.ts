const units: readonly (readonly [unit: Intl.RelativeTimeFormatUnit, ms: number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/**
 * How long ago something was: `3 days ago`, `just now`.
 * @param then milliseconds since 1970
 */
export function ageInWords(then: number, now: number): string {
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  for (const [unit, ms] of units) {
    const count = Math.floor((now - then) / ms);
    if (count >= 1) return format.format(-count, unit);
  }
  return 'just now';
}
