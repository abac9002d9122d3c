import type { LensDescription } from '../../engine/protocol.ts';
import { createRandom } from '../../math/seeded-random.ts';
import { readRange } from '../lenses/options.ts';
import { forcedTarget, matrixOf, type TranslationLens } from './lens.ts';

const description: LensDescription = {
  id: 'random',
  title: 'Random',
  question: 'What does a map look like that knows nothing?',
  formula: 'independent uniform numbers, the same for the same seed',
  source: {
    title: 'Adebayo et al. 2018, Sanity Checks for Saliency Maps',
    url: 'https://arxiv.org/abs/1810.03292',
  },
  limits: 'It is the floor that every other lens has to beat. It explains nothing.',
  usesLayer: false,
  usesHead: false,
  usesTarget: false,
  signed: false,
  unit: 'random',
  parameters: [
    {
      kind: 'range',
      key: 'seed',
      label: 'Seed',
      help: 'Another seed, other numbers.',
      min: 1,
      max: 100,
      step: 1,
      initial: 1,
    },
  ],
  unavailable: null,
};

export const random: TranslationLens = {
  describe: () => description,
  apply: async (of, { options }, context) => {
    const next = createRandom(readRange(description, options, 'seed'));
    const { tokens } = forcedTarget(of, context);
    const size = tokens.length * of.sentence.encoded.tokenCount;
    return matrixOf(Float32Array.from({ length: size }, next), of.sentence);
  },
};
