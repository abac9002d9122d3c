import type { LensDescription, LensId } from '../../engine/protocol.ts';
import { fail } from '../failure.ts';
import type { Lens, LensedModel } from './lens.ts';
import { raw } from './raw.ts';
import { rollout } from './rollout.ts';

/** Every lens, in the order of the menu. */
const LENSES: readonly (readonly [LensId, Lens])[] = [
  ['raw', raw],
  ['rollout', rollout],
];

/** @throws HeedFailure `bad-request` if there is none, as an old link may have it */
export function findLens(id: LensId): Lens {
  const found = LENSES.find(([other]) => other === id);
  return found?.[1] ?? fail('bad-request', 'There is no such lens.', `lens ${id}`);
}

export function describeLenses(model: LensedModel): LensDescription[] {
  return LENSES.map(([, lens]) => lens.describe(model));
}
