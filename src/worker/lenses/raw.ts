import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import { FUSIONS } from '../../math/fuse-heads.ts';
import { readFloats } from '../read-back.ts';
import type { VisionTrace } from '../trace.ts';
import { FUSION_CHOICES, fuseHeads, takeHead } from './head-fusion.ts';
import type { Lens } from './lens.ts';
import { readChoice } from './options.ts';

const description: LensDescription = {
  id: 'raw',
  title: 'Raw attention',
  question: 'From which tokens does this layer’s head take what it adds to the query token?',
  formula: 'A = softmax(Q Kᵀ / √d), row = query, column = key; each row sums to 1',
  source: {
    title: 'Vaswani et al. 2017, Attention Is All You Need',
    url: 'https://arxiv.org/abs/1706.03762',
  },
  limits:
    'It says how values are mixed in one layer, not what the model’s answer rests on: the values ' +
    'mixed, the residual connection and the MLP count as well, and from the second layer on a ' +
    'token already holds something of all others. A mean can hide what single heads do. Maximum ' +
    'and minimum over heads are no distributions: their rows do not sum to 1.',
  usesLayer: true,
  usesHead: true,
  usesTarget: false,
  unavailable: null,
  signed: false,
  unit: 'probability',
  parameters: [
    {
      kind: 'choice',
      key: 'fusion',
      label: 'Head fusion',
      help: 'The selected head alone, or all heads of the layer as one.',
      choices: [{ value: 'one', label: 'One head' }, ...FUSION_CHOICES],
      initial: 'one',
    },
  ],
};

async function apply(trace: VisionTrace, request: LensRequest): Promise<LensMatrix> {
  const fusion = readChoice(description, request.options, 'fusion', ['one', ...FUSIONS]);
  trace.checkHead(request.head);
  const matrix = await trace.openAttention(request.layer, (probs) =>
    fusion === 'one' ? takeHead(probs, request.head) : fuseHeads(probs, fusion),
  );
  try {
    const [queryCount, keyCount] = matrix.shape;
    return { queryCount, keyCount, values: await readFloats(matrix) };
  } finally {
    matrix.dispose();
  }
}

/** The probabilities themselves, of one head or of all heads of a layer. */
export const raw: Lens = { describe: () => description, apply };
