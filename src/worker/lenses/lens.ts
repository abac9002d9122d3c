import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import type { WorkContext } from '../call-context.ts';
import type { VisionTrace } from '../trace.ts';

/** What a lens needs to know of a model to describe itself. A trace knows it, too. */
export interface LensedModel {
  readonly layerCount: number;
  /** 0 without a classification head. */
  readonly labelCount: number;
}

/**
 * A function from a trace and the person's choice to a map over the input. It never fetches, draws
 * or remembers. A new lens is one file beside this one, its test, and a line in `registry.ts`.
 */
export interface Lens {
  readonly describe: (model: LensedModel) => LensDescription;
  /**
   * @param context takes the progress of lenses that take long, and ends them
   * @throws HeedFailure `bad-request` for a layer, head, label or option that there is not;
   *   `unknown-run` if the lens asks the model and the run's is no longer loaded
   */
  readonly apply: (
    trace: VisionTrace,
    request: LensRequest,
    context: WorkContext,
  ) => Promise<LensMatrix>;
}
