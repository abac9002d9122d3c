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
  { signal }: WorkContext,
): Promise<LensMatrix> {
  const fusion = readChoice(description, request.options, 'fusion', ['one', 'sum', ...FUSIONS]);
  const { layer, head } = request;
  trace.checkHead(head);
  const vectors = await trace.model.use(async (model) =>
    model.valueVectors(layer, trace.input(layer), trace.plan),
  );
  const norms = await trace
    .openAttention(layer, (probs) => {
      signal.throwIfAborted();
      return tidy(() => {
        if (fusion === 'one') return normOfHead(takeHead(probs, head), vectors[head]);
        if (fusion === 'sum') return normOfSum(probs, vectors);
        return fuseHeads(normsOfHeads(probs, vectors), fusion);
      });
    })
    .finally(() => dispose(vectors));
  try {
    const { tokenCount } = trace;
    return { queryCount: tokenCount, keyCount: tokenCount, values: await readFloats(norms) };
  } finally {
    norms.dispose();
  }
}

/** [query, key], from the head's vectors, [key, width]. */
function normOfHead(weights: tf.Tensor2D, vectors: tf.Tensor2D | undefined): tf.Tensor2D {
  if (vectors === undefined) throw new RangeError('No such head.');
  return tf.mul<tf.Tensor2D>(weights, tf.expandDims(lengthsOf(vectors), 0));
}

/** [key] */
function lengthsOf(vectors: tf.Tensor2D): tf.Tensor1D {
  return tf.sqrt(tf.sum<tf.Tensor1D>(tf.square(vectors), 1));
}

/** [head, query, key], from each head's vectors, [key, width]. */
function normsOfHeads(probs: tf.Tensor3D, vectors: readonly tf.Tensor2D[]): tf.Tensor3D {
  const lengths = tf.stack(vectors.map(lengthsOf));
  return tf.mul<tf.Tensor3D>(probs, tf.expandDims(lengths, 1));
}

/**
 * [query, key]. The vectors themselves would take [query, key, width]; products of two heads' vectors
 * do as well: ‖Σ aₕ fₕ‖² = Σ aₕ aₖ (fₕ · fₖ).
 */
function normOfSum(probs: tf.Tensor3D, vectors: readonly tf.Tensor2D[]): tf.Tensor2D {
  const [, queryCount, keyCount] = probs.shape;
  let squares = tf.zeros<tf.Rank.R2>([queryCount, keyCount]);
  // One product after the other: all at once are as many matrices as there are pairs of heads.
  for (const [head, vector] of vectors.entries()) {
    for (const [second, other] of vectors.slice(0, head + 1).entries()) {
      const before = squares;
      squares = tidy(() => {
        const dot = tf.sum(tf.mul(vector, other), 1);
        const weights = tf.mul(takeHead(probs, head), takeHead(probs, second));
        return tf.add<tf.Tensor2D>(before, tf.mul(weights, tf.mul(dot, second === head ? 1 : 2)));
      });
      before.dispose();
    }
  }
  // Rounding may leave a little below zero where heads cancel.
  return tf.sqrt(tf.relu(squares));
}

/** Attention weighted by the length of what it carries. */
export const valueNorm: Lens = { describe: () => description, apply };
