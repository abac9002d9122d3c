/** Lenses that a translator cannot have: in the menu, with the reason, so that nobody looks in vain. */
import type { LensDescription, LensId } from '../../engine/protocol.ts';
import { fail } from '../failure.ts';
import type { TranslationLens } from './lens.ts';

function unavailable(
  id: LensId,
  title: string,
  unavailable: string,
  rest: Pick<LensDescription, 'question' | 'formula' | 'source' | 'unit'>,
): TranslationLens {
  return {
    describe: () => ({
      id,
      title,
      ...rest,
      limits: unavailable,
      usesLayer: false,
      usesHead: false,
      usesTarget: false,
      signed: false,
      parameters: [],
      unavailable,
    }),
    apply: async () => fail('bad-request', unavailable),
  };
}

const acrossStacks =
  'Rollout multiplies the layers of one stack; across encoder and decoder it has no agreed form. Relevance is its form for both.';

export const rollout = unavailable('rollout', 'Rollout', acrossStacks, {
  question: 'Through all layers of self-attention, what was gathered?',
  formula: 'R = Aₗₐₛₜ ⋯ A₂ A₁ with A = (F + I) / 2',
  source: {
    title: 'Abnar & Zuidema 2020, Quantifying Attention Flow in Transformers',
    url: 'https://arxiv.org/abs/2005.00928',
  },
  unit: 'share',
});

export const gradientRollout = unavailable('gradient-rollout', 'Gradient rollout', acrossStacks, {
  question: 'Through all layers of self-attention, weighted by gradients, what was gathered?',
  formula: 'R = Πₗ (I + meanₕ (∂y/∂A ∘ A)⁺)',
  source: {
    title: 'Chefer, Gur, Wolf 2021, Generic Attention-model Explainability',
    url: 'https://arxiv.org/abs/2103.15679',
  },
  unit: 'share',
});

export const integratedGradients = unavailable(
  'integrated-gradients',
  'Integrated gradients',
  'They would take a backward pass for every step and every target token, too many to wait for here; Input gradient is their one step.',
  {
    question: 'Along the way from no embedding to this one, how did the logit grow?',
    formula: '(x − x′) ∘ ∫₀¹ ∂y/∂x (x′ + α (x − x′)) dα',
    source: {
      title: 'Sundararajan, Taly, Yan 2017, Axiomatic Attribution for Deep Networks',
      url: 'https://arxiv.org/abs/1703.01365',
    },
    unit: 'logit',
  },
);
