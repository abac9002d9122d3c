import type {
  TranslationHeadImportance,
  TranslationStackName,
} from '../engine/translation-protocol.ts';
import { forceDecode } from './decoding/forced.ts';
import { stepsOf } from './decoding/hypothesis.ts';
import { alsoSwitchingOff } from './models/attention-changes.ts';
import type { EncodedSource } from './models/translation-model.ts';
import { forcedTarget, type LensContext, type LensedSentence } from './translation-lenses/lens.ts';

/**
 * Scores the target without each head in turn (Michel et al. 2019, arXiv:1905.10650), upon the
 * changes that the sentence was read with.
 * @throws HeedFailure `bad-request` if there is no such hypothesis; what `onStep` throws
 */
export async function measureHeadImportance(
  of: LensedSentence,
  context: LensContext,
): Promise<TranslationHeadImportance> {
  const { translator, sentence } = of;
  const { model, settings } = translator;
  const { stacks } = model.shape;
  const { tokens } = forcedTarget(of, context);
  const score = async (source: EncodedSource): Promise<Float32Array> => {
    const { last } = await forceDecode(source, tokens, settings);
    return Float32Array.from(stepsOf(last), ({ logProbability }) => logProbability);
  };
  const sizes = (['encoder', 'decoder', 'cross'] as const).map((stack) => {
    const { layerCount, headCount } = stacks[stack] ?? { layerCount: 0, headCount: 0 };
    return { stack, layerCount, headCount };
  });
  const total = sizes.reduce((sum, { layerCount, headCount }) => sum + layerCount * headCount, 0);
  const without: Record<TranslationStackName, Float32Array | null> = {
    encoder: null,
    decoder: null,
    cross: null,
  };
  let done = 0;
  for (const { stack, layerCount, headCount } of sizes) {
    if (stacks[stack] === null) continue;
    const values = new Float32Array(layerCount * headCount * tokens.length);
    for (let index = 0; index < layerCount * headCount; index += 1) {
      await context.onStep(done, total);
      const layer = Math.floor(index / headCount);
      const { changes } = sentence.encoded;
      const less = alsoSwitchingOff(changes, stack, layer, index % headCount, stacks);
      const encoded = model.encode(sentence.source.ids, less);
      try {
        values.set(await score(encoded), index * tokens.length);
      } finally {
        encoded.dispose();
      }
      done += 1;
    }
    without[stack] = values;
  }
  return { logProbabilities: await score(sentence.encoded), without };
}
