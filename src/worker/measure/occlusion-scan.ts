import type { WorkContext } from '../call-context.ts';
import type { VisionTrace } from '../trace.ts';
import { Steps } from './ask.ts';
import { failHeadless, MaskedPicture } from './masked-picture.ts';

/** What was scanned, by run and target: a scan takes a forward pass for each patch. */
const scans = new WeakMap<VisionTrace, Map<number, Float32Array>>();

/** A scan that has been done before, or null. It is not to be changed. */
export function knownOcclusion(trace: VisionTrace, target: number): Float32Array | null {
  return scans.get(trace)?.get(target) ?? null;
}

/**
 * Occlusion (Zeiler & Fergus 2014, arXiv:1311.2901) of one patch at a time: by how much the target's
 * probability falls when the patch's token is left out of the sequence. Negative where it rises. The
 * run's changes stay in force. Done once for each run and target; the progress has a step for each
 * patch.
 * @param target index of a label; null for the best prediction
 * @returns [patch]; not to be changed
 * @throws HeedFailure `bad-request` if there is no such label, or none at all
 */
export async function scanByOcclusion(
  trace: VisionTrace,
  target: number | null,
  context: WorkContext,
): Promise<Float32Array> {
  if (trace.probabilities.length === 0) failHeadless();
  const label = trace.checkTarget(target);
  const known = knownOcclusion(trace, label);
  if (known !== null) return known;
  const drops = await trace.model.use(async (model) => {
    const picture = new MaskedPicture(model, trace, label, 'hide');
    try {
      return await scan(picture, new Steps(context, picture.patchCount + 1));
    } finally {
      picture.dispose();
    }
  });
  const ofTrace = scans.get(trace) ?? new Map<number, Float32Array>();
  scans.set(trace, ofTrace.set(label, drops));
  return drops;
}

async function scan(picture: MaskedPicture, steps: Steps): Promise<Float32Array> {
  const patches = Array.from({ length: picture.patchCount }, (_, patch) => patch);
  const sets = [null, ...patches].map((left) =>
    Int32Array.from(patches.filter((patch) => patch !== left)),
  );
  const [whole = 0, ...without] = await picture.answers(sets, steps);
  return Float32Array.from(without, (probability) => whole - probability);
}
