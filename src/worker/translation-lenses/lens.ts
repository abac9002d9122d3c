import type { LensDescription, LensMatrix } from '../../engine/protocol.ts';
import type { TranslationLensRequest } from '../../engine/translation-protocol.ts';
import { fail } from '../failure.ts';
import type { ForcedTarget, TranslationModelShape } from '../models/translation-model.ts';
import type { SentenceTrace } from '../translation-trace.ts';
import type { Translator } from '../translator.ts';

/** A translated sentence, and what translated it. */
export interface LensedSentence {
  readonly translator: Pick<Translator, 'model' | 'settings'>;
  readonly sentence: SentenceTrace;
  readonly hypothesis: number;
}

export interface LensContext {
  /** Lets messages in, says how far the work has come, and ends what was cancelled. */
  readonly onStep: (done: number, total: number) => Promise<void>;
}

/**
 * A function from a translated sentence and the person's choice to a matrix of target tokens by
 * source tokens. A new lens is one file beside this one and a line in `registry.ts`.
 */
export interface TranslationLens {
  readonly describe: (model: TranslationModelShape) => LensDescription;
  /** @throws HeedFailure `bad-request` for a layer, head, hypothesis or option that there is not */
  readonly apply: (
    of: LensedSentence,
    request: TranslationLensRequest,
    context: LensContext,
  ) => Promise<LensMatrix>;
}

/** The target of the hypothesis, for asking about each of its tokens. */
export function forcedTarget(
  { translator, sentence, hypothesis }: LensedSentence,
  { onStep }: LensContext,
): ForcedTarget {
  const { steps } =
    sentence.hypotheses[hypothesis] ?? fail('bad-request', 'There is no such hypothesis.');
  const tokens = steps.map(({ token }) => token);
  return {
    tokens,
    inputs: [translator.settings.startToken, ...tokens.slice(0, -1)],
    onToken: (position) => onStep(position, tokens.length),
  };
}

/** A matrix of target tokens by source tokens. */
export function matrixOf(values: Float32Array, sentence: SentenceTrace): LensMatrix {
  const keyCount = sentence.encoded.tokenCount;
  return { queryCount: values.length / keyCount, keyCount, values };
}

/** A recurrent model has no layers of self-attention. */
export function isRecurrent({ stacks }: TranslationModelShape): boolean {
  return stacks.encoder === null;
}
