import { alsoHiding } from '../models/attention-changes.ts';
import { forceDecode } from '../decoding/forced.ts';
import { stepsOf } from '../decoding/hypothesis.ts';
import { forcedTarget, isRecurrent, matrixOf, type TranslationLens } from './lens.ts';

/** A reference that looks at no attention: what is lost without a source token. */
export const occlusion: TranslationLens = {
  describe: (model) => ({
    id: 'occlusion',
    title: 'Occlusion',
    question: 'How much less likely is the target token when a source token cannot be seen?',
    formula: 'log p(token) − log p(token without the source token), the target before it given',
    source: {
      title:
        'Li, Monroe, Jurafsky 2016, Understanding Neural Networks through Representation Erasure',
      url: 'https://arxiv.org/abs/1612.08220',
    },
    limits:
      (isRecurrent(model)
        ? 'The attention cannot see the token, but the recurrent encoder has read it, and its neighbours’ annotations still hold something of it. '
        : 'No query of the encoder or the decoder sees the token, a text that the model was never trained on. ') +
      'Tokens that say the same cover for each other: hiding either costs nothing. One pass for each ' +
      'source token.',
    usesLayer: false,
    usesHead: false,
    usesTarget: false,
    signed: true,
    unit: 'nats',
    parameters: [],
    unavailable: null,
  }),
  apply: async (of, _, { onStep }) => {
    const { translator, sentence } = of;
    const { model, settings } = translator;
    const { tokens } = forcedTarget(of, { onStep });
    const { ids } = sentence.source;
    const logProbabilities = async (hidden: number | null): Promise<number[]> => {
      const { changes } = sentence.encoded;
      const encoded =
        hidden === null
          ? sentence.encoded
          : model.encode(ids, alsoHiding(changes, hidden, model.shape.stacks));
      try {
        const { last } = await forceDecode(encoded, tokens, settings);
        return stepsOf(last).map(({ logProbability }) => logProbability);
      } finally {
        if (hidden !== null) encoded.dispose();
      }
    };
    const whole = await logProbabilities(null);
    const drops = new Float32Array(tokens.length * ids.length);
    for (let place = 0; place < ids.length; place += 1) {
      await onStep(place, ids.length);
      const without = await logProbabilities(place);
      for (const [position, before] of whole.entries())
        drops[position * ids.length + place] = before - (without[position] ?? Number.NaN);
    }
    return matrixOf(drops, sentence);
  },
};
