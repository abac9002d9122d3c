import type { LensDescription, LensId } from '../../engine/protocol.ts';
import type { Lens, LensedModel } from './lens.ts';
import { raw } from './raw.ts';
import { rollout } from './rollout.ts';

/** Every lens, in the order of the menu. */
const LENSES: Readonly<Record<LensId, Lens>> = { raw, rollout };

export function findLens(id: LensId): Lens {
  return LENSES[id];
}

export function describeLenses(model: LensedModel): LensDescription[] {
  return Object.values(LENSES).map((lens) => lens.describe(model));
}
