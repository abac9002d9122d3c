import type { LensDescription } from '../../engine/protocol.ts';
import { isRecurrent, matrixOf, type TranslationLens } from './lens.ts';

/** The weights themselves, of one head of the cross-attention. */
export const raw: TranslationLens = {
  describe: (model): LensDescription => ({
    id: 'raw',
    title: 'Raw attention',
    question: 'From which tokens does this head take what it adds to the query token?',
    formula: isRecurrent(model)
      ? 'α = softmax of score · tanh(query + key), row = target token, column = source token'
      : 'A = softmax(Q Kᵀ / √d), row = query, column = key; each row sums to 1',
    source: isRecurrent(model)
      ? {
          title:
            'Bahdanau, Cho, Bengio 2015, Neural Machine Translation by Jointly Learning to Align and Translate',
          url: 'https://arxiv.org/abs/1409.0473',
        }
      : {
          title: 'Vaswani et al. 2017, Attention Is All You Need',
          url: 'https://arxiv.org/abs/1706.03762',
        },
    limits:
      'It says how values are mixed in one layer, not what the choice of a word rests on: an ' +
      'encoder’s token already holds something of its neighbours, and weight on </s> or a full ' +
      'stop is often a head’s way to do nothing.',
    usesLayer: true,
    usesHead: true,
    usesTarget: false,
    signed: false,
    unit: 'attention',
    parameters: [],
    unavailable: null,
  }),
  apply: async ({ sentence, hypothesis }, { layer, head }) => {
    const { headCount, queryCount, keyCount, values } = await sentence.readLayer(
      'cross',
      layer,
      hypothesis,
    );
    sentence.checkHead('cross', head);
    const size = queryCount * keyCount;
    return matrixOf(values.slice(head * size, Math.min(head + 1, headCount) * size), sentence);
  },
};
