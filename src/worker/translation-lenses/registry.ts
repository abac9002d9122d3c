import type { LensDescription, LensId } from '../../engine/protocol.ts';
import { fail } from '../failure.ts';
import type { TranslationModelShape } from '../models/translation-model.ts';
import { inputGradient } from './input-gradient.ts';
import type { TranslationLens } from './lens.ts';
import { occlusion } from './occlusion.ts';
import { random } from './random.ts';
import { raw } from './raw.ts';
import { relevance } from './relevance.ts';
import { gradientRollout, integratedGradients, rollout } from './unavailable.ts';
import { valueNorm } from './value-norm.ts';

/** Every lens, in the order of the menu. */
const LENSES: readonly (readonly [LensId, TranslationLens])[] = [
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

/**
 * @throws HeedFailure `bad-request` if there is none, or the model cannot have it: the reason why
 */
export function findTranslationLens(id: LensId, model: TranslationModelShape): TranslationLens {
  const lens = LENSES.find(([other]) => other === id)?.[1];
  if (lens === undefined) return fail('bad-request', 'There is no such lens.', `lens ${id}`);
  const { unavailable } = lens.describe(model);
  return unavailable === null ? lens : fail('bad-request', unavailable, `lens ${id}`);
}

export function describeTranslationLenses(model: TranslationModelShape): LensDescription[] {
  return LENSES.map(([, lens]) => lens.describe(model));
}
