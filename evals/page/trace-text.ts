import type { CheckpointFiles } from '../../src/worker/checkpoint/files.ts';
import type { TokenizedText } from '../../src/worker/text/tokenized-text.ts';
import { loadTranslator } from '../../src/worker/load-translator.ts';
import type { Translator } from '../../src/worker/translator.ts';
import type { SentenceTrace } from '../../src/worker/translation-trace.ts';
import type { TracedLayer, TracedRun } from './trace.ts';
import type { TraceText } from './trace-job.ts';

const STACKS = ['encoder', 'decoder', 'cross'] as const;

/** A text as one sentence, with the target that is given or the best that the model writes. */
export async function traceText(files: CheckpointFiles, input: TraceText): Promise<TracedRun> {
  const { signal } = new AbortController();
  const translator = await loadTranslator(files, { signal, onBytes: () => {} });
  // Refuses what the model cannot take at once.
  const source = translator.source.readSentence(input.text);
  const begin = performance.now();
  const sentence = await runSentence(translator, source, input);
  const ms = performance.now() - begin;
  const target = sentence.hypotheses[0]?.target;
  if (target === undefined) throw new Error('no hypothesis');
  const { startToken } = translator.settings;
  const inputs = [startToken, ...target.ids.slice(0, -1)];
  // What the search read is what forcing its result reads: the logits at each of its places.
  const { logits } = await sentence.encoded.force(inputs);
  const { stacks, targetVocabularySize } = translator.model.shape;
  return {
    layers: stacks.cross.layerCount,
    heads: stacks.cross.headCount,
    ms,
    attention: readStacks(translator, sentence),
    logits: { values: logits, shape: [inputs.length, targetVocabularySize] },
    input: { values: Int32Array.from(source.ids), shape: [source.ids.length] },
    tokens: {
      source: describe(source),
      target: describe(target),
      decoderInput: inputs,
      score: sentence.hypotheses[0]?.score ?? null,
    },
  };
}

async function runSentence(
  translator: Translator,
  source: TokenizedText,
  { text, target, beamCount }: TraceText,
): Promise<SentenceTrace> {
  if (target !== null) return translator.force(source, target);
  const run = await translator.translate(text, {
    beamCount: beamCount ?? translator.settings.beamCount,
    isOneSentence: true,
  });
  const [sentence] = run.sentences;
  if (sentence === undefined) throw new Error('no sentence');
  return sentence;
}

async function* readStacks(
  { model }: Translator,
  sentence: SentenceTrace,
): AsyncGenerator<TracedLayer> {
  for (const stack of STACKS) {
    for (let layer = 0; layer < (model.shape.stacks[stack]?.layerCount ?? 0); layer += 1) {
      const { values, headCount, queryCount, keyCount } = await sentence.readLayer(stack, layer, 0);
      yield { stack, layer, values, shape: [headCount, queryCount, keyCount] };
    }
  }
}

function describe({ text, ids, tokens, spans, special, words }: TokenizedText): unknown {
  return {
    text,
    tokens: tokens.map((token, index) => ({
      token,
      id: ids[index],
      span: spans[index],
      special: special[index],
      word: words[index],
    })),
  };
}
