import * as tf from '@tensorflow/tfjs-core';

import type { HeadImportance } from '../../engine/what-if-protocol.ts';
import { totalVariation } from '../../math/distribution-distance.ts';
import type { WorkContext } from '../call-context.ts';
import { tidy } from '../kernels/tensors.ts';
import type { PlannedChanges } from '../models/vit-changes.ts';
import type { VitModel } from '../models/vit.ts';
import type { VisionTrace } from '../trace.ts';
import { askAll, Steps } from './ask.ts';
import { failHeadless } from './masked-picture.ts';

interface Place {
  readonly layer: number;
  readonly head: number;
}

/**
 * What each head's absence does to a run's prediction (Michel et al. 2019, arXiv:1905.10650, section
 * 3: one head masked at a time), upon the changes that the run was made with. The progress has a step
 * for each head.
 * @param target index of a label; null for the best prediction
 * @throws HeedFailure `bad-request` if there is no such label, or none at all
 */
export function measureHeadImportance(
  trace: VisionTrace,
  target: number | null,
  context: WorkContext,
): Promise<HeadImportance> {
  if (trace.probabilities.length === 0) failHeadless();
  const label = trace.checkTarget(target);
  return trace.model.use(async (model) => {
    const distributions = await distributionsWithout(model, trace, context);
    const before = trace.probabilities;
    return {
      target: label,
      probability: before[label] ?? 0,
      without: Float32Array.from(distributions, (after) => after[label] ?? 0),
      totalVariation: Float32Array.from(distributions, (after) => totalVariation(before, after)),
    };
  });
}

/** [layer · head, label] */
async function distributionsWithout(
  model: VitModel,
  trace: VisionTrace,
  context: WorkContext,
): Promise<Float32Array[]> {
  const { layerCount, headCount } = trace;
  const plan = trace.plan;
  const places = Array.from({ length: layerCount * headCount }, (_, index) => ({
    layer: Math.floor(index / headCount),
    head: index % headCount,
  }));
  const ask = (batch: readonly Place[]): tf.Tensor2D =>
    tidy(() =>
      tf.concat2d(
        batch.map((place) => classifyWithout(model, place, plan, trace)),
        0,
      ),
    );
  return askAll(
    places.map((place) => [place]),
    ask,
    new Steps(context, places.length),
  );
}

/** The layers before the head's own are the same without it: the run kept what came of them. */
function classifyWithout(
  model: VitModel,
  { layer, head }: Place,
  plan: PlannedChanges | null,
  trace: VisionTrace,
): tf.Tensor2D {
  const { layerCount, headCount } = trace;
  const changes = Array.from({ length: layerCount }, (_, other) => {
    const edits = plan?.[other] ?? null;
    if (other !== layer) return edits;
    return Array.from({ length: headCount }, (_, one) => {
      const edit = edits?.[one] ?? null;
      if (one !== head) return edit;
      return { weights: null, hiddenKeys: [], cuts: [], ...edit, scale: 0 };
    });
  });
  return tidy(() => {
    const options = { changes, firstLayer: layer };
    const logits = model.classify(trace.input(layer), options);
    return logits === null ? failHeadless() : tf.softmax(logits);
  });
}
