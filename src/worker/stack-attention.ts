/** Attention read from a translated sentence's trace. */
import type { StackAttention } from '../engine/translation-protocol.ts';
import { fail } from './failure.ts';
import type { SentenceTrace, TranslationStack } from './translation-trace.ts';

/**
 * Every layer of a stack: [layer, head, query, key].
 * @throws HeedFailure `bad-request` as `SentenceTrace.readLayer`
 */
export async function readStack(
  sentence: SentenceTrace,
  stack: TranslationStack,
  hypothesis: number,
): Promise<StackAttention> {
  const { layerCount } = sentence.stack(stack);
  const layers = await Promise.all(
    Array.from({ length: layerCount }, (_, layer) => sentence.readLayer(stack, layer, hypothesis)),
  );
  const [first] = layers;
  if (first === undefined) return fail('bad-request', `This model has no stack ${stack}.`);
  const { headCount, queryCount, keyCount } = first;
  const size = headCount * queryCount * keyCount;
  const values = new Float32Array(layerCount * size);
  for (const [layer, attention] of layers.entries()) values.set(attention.values, layer * size);
  return { layerCount, headCount, queryCount, keyCount, values };
}

/**
 * An encoder head's weights, to be borrowed by another run.
 * @param tokenCount source tokens of the other run, which must be as many as here
 * @returns [query, key]
 * @throws HeedFailure `bad-request` if the runs differ in length, or there is no such layer or head
 */
export async function readEncoderHead(
  sentence: SentenceTrace,
  layer: number,
  head: number,
  tokenCount: number,
): Promise<Float32Array> {
  const { headCount, keyCount, values } = await sentence.readLayer('encoder', layer, 0);
  if (keyCount !== tokenCount || head >= headCount)
    return fail(
      'bad-request',
      `The other run’s weights do not fit: it has ${keyCount} source tokens, this one ${tokenCount}.`,
    );
  return values.slice(head * keyCount ** 2, (head + 1) * keyCount ** 2);
}
