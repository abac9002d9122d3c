import * as tf from '@tensorflow/tfjs-core';

import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import type { WorkContext } from '../call-context.ts';
import { plainPixels } from '../image/normalize.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import { Steps } from '../measure/ask.ts';
import type { VitModel } from '../models/vit.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';
import { attribute } from './input-gradient.ts';
import type { Lens, LensedModel } from './lens.ts';
import { readChoice, readRange } from './options.ts';
import { patchMap } from './patch-map.ts';
import { betweenLayers } from './positive-attention.ts';
import { readTarget, whyNoTarget } from './target.ts';

const BASELINES = ['mean', 'black'] as const;

function describe(model: LensedModel): LensDescription {
  return {
    id: 'integrated-gradients',
    title: 'Integrated gradients',
    question:
      'Of what the label’s logit gains over an empty picture, how much does each patch bring?',
    formula:
      'Σ (x − x₀) ⊙ (mean over n steps of ∂logit/∂x at x₀ + α (x − x₀)) over a patch, α the ' +
      'midpoints of n equal steps from 0 to 1; x₀: a picture of one colour; logit: before the ' +
      'softmax over labels',
    source: {
      title: 'Sundararajan et al. 2017, Axiomatic Attribution for Deep Networks',
      url: 'https://arxiv.org/abs/1703.01365',
    },
    limits:
      'With enough steps the patches sum to logit(x) − logit(x₀); with few they miss it. What x₀ is ' +
      'decides the map: patches of its colour get 0. The pictures on the way are none that the model ' +
      'was trained on. It uses no attention and is the same for every query.',
    usesLayer: false,
    usesHead: false,
    usesTarget: true,
    unavailable: whyNoTarget(model),
    signed: true,
    unit: 'logit',
    parameters: [
      {
        kind: 'range',
        key: 'stepCount',
        label: 'Steps',
        help: 'Pictures between the empty one and this one; each takes a pass forward and back.',
        min: 4,
        max: 128,
        step: 1,
        initial: 16,
      },
      {
        kind: 'choice',
        key: 'baseline',
        label: 'Empty picture',
        help: 'The mean colour is the one that the model’s preprocessor makes 0.',
        choices: [
          { value: 'mean', label: 'Mean colour' },
          { value: 'black', label: 'Black' },
        ],
        initial: 'mean',
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
  const description = describe(trace);
  const stepCount = readRange(description, request.options, 'stepCount');
  const baseline = readChoice(description, request.options, 'baseline', BASELINES);
  return trace.model.use(async (model) => {
    const empty = plainPixels(baseline, model.preprocessor, model.input);
    const path = new Path(model, trace.pixels, empty);
    try {
      const total = await integrate(model, path, trace, target, stepCount, context);
      const patches = tidy(() => attribute(tf.div<tf.Tensor2D>(total, stepCount), path.content));
      total.dispose();
      return patchMap(trace, await readFloats(patches).finally(() => patches.dispose()));
    } finally {
      path.dispose();
    }
  });
}

/** The straight way from one picture to another, as tokens: these are linear in the pixels. */
class Path {
  /** What each patch's change of pixels adds to its token, [patch, width]. */
  readonly content: tf.Tensor2D;
  readonly #from: tf.Tensor2D;
  readonly #change: tf.Tensor2D;

  constructor(model: VitModel, pixels: Float32Array, empty: Float32Array) {
    this.#from = model.embed(empty);
    this.content = model.projectPatches(pixels.map((value, index) => value - (empty[index] ?? 0)));
    const [patchCount] = this.content.shape;
    const special = this.#from.shape[0] - patchCount;
    this.#change = tf.pad2d(this.content, [
      [special, 0],
      [0, 0],
    ]);
  }

  /** [token, width], the caller's. */
  at(share: number): tf.Tensor2D {
    return tidy(() => tf.add<tf.Tensor2D>(this.#from, tf.mul(this.#change, share)));
  }

  dispose(): void {
    dispose([this.content, this.#from, this.#change]);
  }
}

/** The sum over steps of the gradients with respect to the tokens, [token, width]. The caller's. */
async function integrate(
  model: VitModel,
  path: Path,
  trace: VisionTrace,
  target: number,
  stepCount: number,
  context: WorkContext,
): Promise<tf.Tensor2D> {
  const steps = new Steps(context, stepCount);
  const options = { changes: trace.plan, onLayer: () => betweenLayers(context) };
  let total: tf.Tensor2D | null = null;
  try {
    for (let step = 0; step < stepCount; step++) {
      const embedded = path.at((step + 0.5) / stepCount);
      const tape = await model.record(embedded, options).finally(() => embedded.dispose());
      const gradient = await model
        .differentiate(tape, target, options)
        .finally(() => tape.dispose());
      const before: tf.Tensor2D | null = total;
      total = before === null ? gradient : tf.add(before, gradient);
      if (before !== null) dispose([before, gradient]);
      await steps.next();
    }
    if (total === null) throw new RangeError('An integral needs a step.');
    return total;
  } catch (error) {
    dispose(total);
    throw error;
  }
}

/** Gradients along the way from an empty picture. */
export const integratedGradients: Lens = { describe, apply };
