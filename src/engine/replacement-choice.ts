import { comparedRun } from './attention-changes.ts';
import { largestTemperature, smallestTemperature } from './changes-link.ts';
import type { Replacement } from './what-if-protocol.ts';

/** A choice of weights; `own` is no replacement. */
export type ReplacementKind = Replacement['kind'] | 'own';

/** What each choice starts with. */
export function initialReplacement(kind: ReplacementKind): Replacement | null {
  switch (kind) {
    case 'own':
      return null;
    case 'uniform':
    case 'one-hot':
      return { kind };
    case 'permuted':
      return { kind, seed: 1 };
    case 'temperature':
      return { kind, temperature: 0.5 };
    case 'other-run':
      return { kind, run: comparedRun };
  }
}

/** A temperature with as many digits as a link keeps, and within its bounds. */
export function keptTemperature(temperature: number): number {
  const rounded = Number(temperature.toFixed(3));
  return Math.min(largestTemperature, Math.max(smallestTemperature, rounded));
}
