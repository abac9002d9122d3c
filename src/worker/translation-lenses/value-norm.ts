import type { LensDescription } from '../../engine/protocol.ts';
import { readChoice } from '../lenses/options.ts';
import { isRecurrent, matrixOf, type TranslationLens } from './lens.ts';

const description: LensDescription = {
  id: 'value-norm',
  title: 'Value-norm',
  question: 'How much does each source token add to the state, its values counted in?',
  formula: '‖α f(x)‖ with f(x) = (x W_V + b_V) W_O of a head; of all heads ‖Σₕ αₕ fₕ(x)‖',
  source: {
    title: 'Kobayashi et al. 2020, Attention is Not Only a Weight',
    url: 'https://arxiv.org/abs/2004.10102',
  },
  limits:
    'It measures one layer’s cross-attention: what the residual connection carries past it, and ' +
    'what later layers do with the sum, is not seen. A long vector need not be one that the ' +
    'answer turns on. Rows do not sum to 1.',
  usesLayer: true,
  usesHead: true,
  usesTarget: false,
  signed: false,
  unit: 'norm',
  parameters: [
    {
      kind: 'choice',
      key: 'fusion',
      label: 'Head fusion',
      help: 'The selected head alone, or the vectors of all heads of the layer added first.',
      choices: [
        { value: 'one', label: 'One head' },
        { value: 'sum', label: 'Sum of all heads' },
      ],
      initial: 'one',
    },
  ],
  unavailable: null,
};

/** Weights by the length of what they bring: Kobayashi et al. 2020. */
export const valueNorm: TranslationLens = {
  describe: (model) => ({
    ...description,
    unavailable: isRecurrent(model)
      ? 'A recurrent model mixes its annotations as they are: it has no value projections whose norm could be taken.'
      : null,
  }),
  apply: async ({ sentence, hypothesis }, { layer, head, options }) => {
    const fusion = readChoice(description, options, 'fusion', ['one', 'sum']);
    const { headCount, queryCount, keyCount, values } = await sentence.readLayer(
      'cross',
      layer,
      hypothesis,
    );
    sentence.checkHead('cross', head);
    const vectors = await sentence.encoded.valueVectors(layer);
    const heads = fusion === 'one' ? [head] : Array.from({ length: headCount }, (_, h) => h);
    const width = vectors.length / (headCount * keyCount);
    const norms = new Float32Array(queryCount * keyCount);
    const sum = new Float64Array(width);
    for (let query = 0; query < queryCount; query += 1) {
      for (let key = 0; key < keyCount; key += 1) {
        sum.fill(0);
        for (const h of heads) {
          const scale = sentence.encoded.changes?.cross[layer]?.heads.get(h)?.scale ?? 1;
          const weight = scale * (values[(h * queryCount + query) * keyCount + key] ?? 0);
          const start = (h * keyCount + key) * width;
          for (let at = 0; at < width; at += 1)
            sum[at] = (sum[at] ?? 0) + weight * (vectors[start + at] ?? 0);
        }
        norms[query * keyCount + key] = Math.sqrt(
          sum.reduce((total, value) => total + value * value, 0),
        );
      }
    }
    return matrixOf(norms, sentence);
  },
};
