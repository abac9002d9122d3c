import { forcedTarget, matrixOf, type TranslationLens } from './lens.ts';

/** A reference that looks at no attention: gradient × input. */
export const inputGradient: TranslationLens = {
  describe: () => ({
    id: 'input-gradient',
    title: 'Input gradient',
    question:
      'If a source token’s embedding grew a little, how would the target token’s logit move?',
    formula: 'Σ over the embedding’s entries of ∂y/∂x · x, positions left out of x',
    source: {
      title:
        'Denil, Demiraj, de Freitas 2014, Extraction of Salient Sentences from Labelled Documents',
      url: 'https://arxiv.org/abs/1412.6815',
    },
    limits:
      'A local slope: where the model saturates it is small although the token matters, and it can ' +
      'swing between neighbouring inputs. Blue speaks against the token, red for it. One backward ' +
      'pass for each target token.',
    usesLayer: false,
    usesHead: false,
    usesTarget: false,
    signed: true,
    unit: 'logit',
    parameters: [],
    unavailable: null,
  }),
  apply: async (of, _, context) =>
    matrixOf(await of.sentence.encoded.inputGradient(forcedTarget(of, context)), of.sentence),
};
