import type { Lens } from './lens.ts';
import { raw } from './raw.ts';
import { rollout } from './rollout.ts';

/** Every lens, in the order of the menu. */
export const lenses: readonly Lens[] = [raw, rollout];
