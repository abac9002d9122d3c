import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import type { WorkContext } from '../call-context.ts';
import { Steps } from '../measure/ask.ts';
import { MaskedPicture } from '../measure/masked-picture.ts';
import { scanByOcclusion } from '../measure/occlusion-scan.ts';
import type { VisionTrace } from '../trace.ts';
import type { Lens, LensedModel } from './lens.ts';
import { readRange } from './options.ts';
import { patchMap } from './patch-map.ts';
import { readTarget, whyNoTarget } from './target.ts';

function describe(model: LensedModel): LensDescription {
  return {
    id: 'occlusion',
    title: 'Occlusion',
    question: 'Without this patch, how much of the label’s probability is lost?',
    formula:
      'p(label) − p(label without the tokens of w × w patches), the mean over all such windows in the ' +
      'picture that hold the patch',
    source: {
      title: 'Zeiler & Fergus 2014, Visualizing and Understanding Convolutional Networks',
      url: 'https://arxiv.org/abs/1311.2901',
    },
    limits:
      'The paper covers a square with grey; here the patches’ tokens are left out of the sequence, ' +
      'which the model was not trained on. One window at a time misses what two parts say alike: ' +
      'either alone can go without loss. Where the model is sure, all drops are small. It uses no ' +
      'attention and is the same for every query.',
    usesLayer: false,
    usesHead: false,
    usesTarget: true,
    unavailable: whyNoTarget(model),
    signed: true,
    unit: 'probability',
    parameters: [
      {
        kind: 'range',
        key: 'window',
        label: 'Window',
        help: 'Patches along each side of what is left out at once.',
        min: 1,
        max: 3,
        step: 1,
        initial: 1,
      },
    ],
  };
}

async function apply(
  trace: VisionTrace,
  request: LensRequest,
  context: WorkContext,
): Promise<LensMatrix> {
  const target = readTarget(trace, request);
  const window = readRange(describe(trace), request.options, 'window');
  const drops =
    window === 1
      ? await scanByOcclusion(trace, target, context)
      : await scanWindows(trace, target, window, context);
  return patchMap(trace, drops);
}

/** Patches of every window that lies in the picture; of a picture smaller than that, all patches. */
function windowsOf({ geometry }: VisionTrace, side: number): number[][] {
  const { gridColumns, gridRows } = geometry;
  const [width, height] = [Math.min(side, gridColumns), Math.min(side, gridRows)];
  const columns = gridColumns - width + 1;
  return Array.from({ length: columns * (gridRows - height + 1) }, (_, index) => {
    const [left, top] = [index % columns, Math.floor(index / columns)];
    return Array.from(
      { length: width * height },
      (__, at) => (top + Math.floor(at / width)) * gridColumns + left + (at % width),
    );
  });
}

/** [patch] */
async function scanWindows(
  trace: VisionTrace,
  target: number,
  side: number,
  context: WorkContext,
): Promise<Float32Array> {
  const windows = windowsOf(trace, side);
  const patchCount = trace.tokenCount - trace.specialTokens.length;
  const patches = Array.from({ length: patchCount }, (_, patch) => patch);
  const sets = [[], ...windows].map((gone) =>
    Int32Array.from(patches.filter((patch) => !gone.includes(patch))),
  );
  const answers = await trace.model.use(async (model) => {
    const picture = new MaskedPicture(model, trace, target, 'hide');
    try {
      return await picture.answers(sets, new Steps(context, sets.length));
    } finally {
      picture.dispose();
    }
  });
  const [whole = 0, ...without] = answers;
  return meanOverWindows(
    windows,
    without.map((probability) => whole - probability),
    patchCount,
  );
}

function meanOverWindows(
  windows: readonly (readonly number[])[],
  drops: readonly number[],
  patchCount: number,
): Float32Array {
  const sums = new Float64Array(patchCount);
  const counts = new Float64Array(patchCount);
  for (const [index, window] of windows.entries()) {
    for (const patch of window) {
      sums[patch] = (sums[patch] ?? 0) + (drops[index] ?? 0);
      counts[patch] = (counts[patch] ?? 0) + 1;
    }
  }
  return Float32Array.from(sums, (sum, patch) => sum / (counts[patch] ?? 1));
}

/** What leaving patches out does. */
export const occlusion: Lens = { describe, apply };
