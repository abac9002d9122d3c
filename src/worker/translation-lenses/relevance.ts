import { forcedTarget, isRecurrent, matrixOf, type TranslationLens } from './lens.ts';

/** Gradient-weighted attention through encoder and decoder: Chefer, Gur, Wolf 2021. */
export const relevance: TranslationLens = {
  describe: (model) => ({
    id: 'relevance',
    title: 'Relevance',
    question: 'Through all layers, which source tokens spoke for this target token?',
    formula:
      'Ā = meanₕ (∂y/∂A ∘ A)⁺ for the logit y of each target token. Encoder: R_ii += Ā R_ii. ' +
      'Decoder: R_qi += Ā R_qi, R_qq += Ā R_qq, then across R_qi += R̄_qqᵀ Ā R̄_ii, where R̄ is R ' +
      'with the rows of R − I made to sum to 1. A row is R_qi at that token.',
    source: {
      title: 'Chefer, Gur, Wolf 2021, Generic Attention-model Explainability',
      url: 'https://arxiv.org/abs/2103.15679',
    },
    limits:
      'What speaks against a token is left out, and so is all that the feed-forward layers and the ' +
      'target written so far contribute. It follows the token that was chosen, not what set it ' +
      'apart from its rivals. One backward pass for each target token.',
    usesLayer: false,
    usesHead: false,
    usesTarget: false,
    signed: false,
    unit: 'relevance',
    parameters: [],
    unavailable: isRecurrent(model)
      ? 'Relevance follows layers of attention; a recurrent model carries its source past them in its states.'
      : null,
  }),
  apply: async (of, _, context) =>
    matrixOf(await of.sentence.encoded.relevance(forcedTarget(of, context)), of.sentence),
};
