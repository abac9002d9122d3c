import type { LensDescription, LensMatrix, LensRequest } from '../../engine/protocol.ts';
import { createRandom } from '../../math/seeded-random.ts';
import type { VisionTrace } from '../trace.ts';
import type { Lens } from './lens.ts';
import { readRange } from './options.ts';
import { patchMap } from './patch-map.ts';

const description: LensDescription = {
  id: 'random',
  title: 'Random',
  question: 'What does a map look like that knows nothing?',
  formula: 'A number from 0 to 1 for each patch, drawn by chance from a seed',
  source: {
    title: 'Adebayo et al. 2018, Sanity Checks for Saliency Maps (why to compare with chance)',
    url: 'https://arxiv.org/abs/1810.03292',
  },
  limits:
    'It is the floor: a lens whose figures are no better than these explains nothing. It uses neither ' +
    'the picture nor the model, and is the same for every query.',
  usesLayer: false,
  usesHead: false,
  usesTarget: false,
  unavailable: null,
  signed: false,
  unit: 'chance',
  parameters: [
    {
      kind: 'range',
      key: 'seed',
      label: 'Seed',
      help: 'The same seed gives the same map.',
      min: 0,
      max: 999,
      step: 1,
      initial: 1,
    },
  ],
};

async function apply(trace: VisionTrace, { options }: LensRequest): Promise<LensMatrix> {
  const next = createRandom(readRange(description, options, 'seed'));
  const patchCount = trace.tokenCount - trace.specialTokens.length;
  return patchMap(trace, Float32Array.from({ length: patchCount }, next));
}

/** Chance, as the floor that other lenses are compared with. */
export const random: Lens = { describe: () => description, apply };
