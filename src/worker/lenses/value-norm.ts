import * as tf from '@tensorflow/tfjs-core';

import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import type { WorkContext } from '../call-context.ts';
import { FUSIONS } from '../../math/fuse-heads.ts';
import { dispose, tidy } from '../kernels/tensors.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';
import { FUSION_CHOICES, fuseHeads, takeHead } from './head-fusion.ts';
import type { Lens } from './lens.ts';
import { readChoice } from './options.ts';
import { betweenLayers } from './positive-attention.ts';

const description: LensDescription = {
  id: 'value-norm',
  title: 'Value-norm',
  question: 'How long is the vector that each token really adds to the query token in this layer?',
  formula:
    '‖α · f(x)‖ with f(x) = (x W_V + b_V) W_O of one head; all heads together: ‖Σ α · f(x)‖ over heads',
  source: {
    title: 'Kobayashi et al. 2020, Attention is Not Only a Weight',
    url: 'https://arxiv.org/abs/2004.10102',
  },
  limits:
    'A large weight on a short value adds little: this shows it, raw attention does not. It still ' +
    'speaks of one layer, leaves out the output’s bias, the residual connection and the MLP, and a ' +
    'vector’s length does not say what it is for. Mean, maximum and minimum over heads ignore that ' +
    'heads can cancel; the sum of vectors, as in the paper, does not. A head’s scale, where changed, counts.',
  usesLayer: true,
  usesHead: true,
  usesTarget: false,
  unavailable: null,
  signed: false,
  unit: 'length',
  parameters: [
    {
      kind: 'choice',
      key: 'fusion',
      label: 'Head fusion',
      help: 'The selected head alone, the length of all heads’ vectors added up, or lengths as one.',
      choices: [
        { value: 'one', label: 'One head' },
        { value: 'sum', label: 'Sum of vectors' },
        ...FUSION_CHOICES,
      ],
      initial: 'one',
    },
  ],
};

async function apply(
  trace: VisionTrace,
  request: LensRequest,
  context: WorkContext,
): Promise<LensMatrix> {
  const fusion = readChoice(description, request.options, 'fusion', ['one', 'sum', ...FUSIONS]);
  const probs = trace.layer(request.layer);
  trace.checkHead(request.head);
  const vectors = await trace.model.use(async (model) => {
    const embedded = model.embed(trace.pixels);
    return model
      .valueVectors(embedded, request.layer, {
        attention: trace.attention,
        changes: trace.plannedChanges(),
        onLayer: () => betweenLayers(context),
      })
      .finally(() => embedded.dispose());
  });
  const norms = tidy(() => {
    if (fusion === 'sum') return normOfSum(probs, vectors);
    const ofHeads = normsOfHeads(probs, vectors);
    return fusion === 'one' ? takeHead(ofHeads, request.head) : fuseHeads(ofHeads, fusion);
  });
  dispose(vectors);
  try {
    const { tokenCount } = trace;
    return { queryCount: tokenCount, keyCount: tokenCount, values: await readFloats(norms) };
  } finally {
    norms.dispose();
  }
}

/** [head, query, key], from each head's vectors, [key, width]. */
function normsOfHeads(probs: tf.Tensor3D, vectors: readonly tf.Tensor2D[]): tf.Tensor3D {
  const lengths = tf.stack(vectors.map((vector) => tf.sqrt(tf.sum(tf.square(vector), 1))));
  return tf.mul<tf.Tensor3D>(probs, tf.expandDims(lengths, 1));
}

/**
 * [query, key]. The vectors themselves would take [query, key, width]; products of two heads' vectors
 * do as well: ‖Σ aₕ fₕ‖² = Σ aₕ aₖ (fₕ · fₖ).
 */
function normOfSum(probs: tf.Tensor3D, vectors: readonly tf.Tensor2D[]): tf.Tensor2D {
  const weights = vectors.map((_, head) => takeHead(probs, head));
  const products = vectors.flatMap((vector, head) =>
    vectors.slice(0, head + 1).map((other, second) => {
      const [weight, otherWeight] = [weights[head], weights[second]];
      if (weight === undefined || otherWeight === undefined) throw new RangeError('No such head.');
      const dot = tf.sum(tf.mul(vector, other), 1);
      return tf.mul<tf.Tensor2D>(tf.mul(weight, otherWeight), tf.mul(dot, second === head ? 1 : 2));
    }),
  );
  // Not `addN`: on WebGPU it binds every term at once, and a shader has no more than ten bindings.
  const squares = products.reduce((sum, product) => tf.add(sum, product));
  // Rounding may leave a little below zero where heads cancel.
  return tf.sqrt(tf.relu(squares));
}

/** Attention weighted by the length of what it carries. */
export const valueNorm: Lens = { describe: () => description, apply };
