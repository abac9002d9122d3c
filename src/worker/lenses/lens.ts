import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import type { VisionTrace } from '../trace.ts';

/** What a lens needs to know of a model to describe itself. */
export interface LensedModel {
  readonly layerCount: number;
}

/**
 * A function from a trace and the person's choice to a map over the input. It never fetches, draws
 * or remembers. A new lens is one file beside this one, its test, and a line in `registry.ts`.
 */
export interface Lens {
  readonly describe: (model: LensedModel) => LensDescription;
  /** @throws HeedFailure `bad-request` for a layer, head or option that there is not */
  readonly apply: (trace: VisionTrace, request: LensRequest) => Promise<LensMatrix>;
}
