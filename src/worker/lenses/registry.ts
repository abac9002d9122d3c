import type { LensDescription, LensId } from '../../engine/protocol.ts';
import { fail } from '../failure.ts';
import type { Lens, LensedModel } from './lens.ts';
import { gradientRollout } from './gradient-rollout.ts';
import { inputGradient } from './input-gradient.ts';
import { integratedGradients } from './integrated-gradients.ts';
import { occlusion } from './occlusion.ts';
import { random } from './random.ts';
import { raw } from './raw.ts';
import { relevance } from './relevance.ts';
import { rollout } from './rollout.ts';
import { valueNorm } from './value-norm.ts';

/** Every lens, in the order of the menu. */
const LENSES: readonly (readonly [LensId, Lens])[] = [
  ['raw', raw],
  ['rollout', rollout],
  ['gradient-rollout', gradientRollout],
  ['relevance', relevance],
  ['value-norm', valueNorm],
  ['input-gradient', inputGradient],
  ['integrated-gradients', integratedGradients],
  ['occlusion', occlusion],
  ['random', random],
];

/** @throws HeedFailure `bad-request` if there is none, as an old link may have it */
export function findLens(id: LensId): Lens {
  const found = LENSES.find(([other]) => other === id);
  return found?.[1] ?? fail('bad-request', 'There is no such lens.', `lens ${id}`);
}

export function describeLenses(model: LensedModel): LensDescription[] {
  return LENSES.map(([, lens]) => lens.describe(model));
}
