/** What lenses that explain one label have in common. */
import type { LensRequest } from '../../engine/protocol.ts';
import { fail } from '../failure.ts';
import type { VisionTrace } from '../trace.ts';
import type { LensedModel } from './lens.ts';

const NO_HEAD =
  'This checkpoint has no classification head, so that there is no prediction to explain.';

/** Why a model cannot have such a lens; null where it can. */
export function whyNoTarget({ labelCount }: LensedModel): string | null {
  return labelCount === 0 ? NO_HEAD : null;
}

/**
 * The label to explain.
 * @throws HeedFailure `bad-request` if there is no such label, or none at all
 */
export function readTarget(trace: VisionTrace, { target }: LensRequest): number {
  if (trace.labelCount === 0) fail('bad-request', NO_HEAD);
  return trace.checkTarget(target);
}
