import type { Engine } from '../../src/engine/client.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { SentenceResult, StackAttention } from '../../src/engine/translation-protocol.ts';
import type { AlignmentScores } from '../../src/math/alignment-error-rate.ts';
import { InputError } from './answer.ts';
import type { Spelling } from './detokenise.ts';
import { diagonalWeights, findPieces, mergeIntoWords } from './gold-words.ts';
import { readGoldSentences, type GoldFiles, type GoldSentence } from './gold-sentences.ts';
import { AlignmentTotal, viewsOf, type View } from './head-views.ts';
import type { ReportProgress } from './progress.ts';

export interface AlignmentResult {
  readonly sentences: number;
  readonly perHead: readonly (View & AlignmentScores)[];
  readonly best: View & AlignmentScores;
  /** Every target word linked to the source word that stands as far into its sentence. */
  readonly baseline: AlignmentScores;
  /** Of the sentences that the model could not take: the first few, and how many. */
  readonly refused: readonly string[];
  readonly refusedCount: number;
  readonly frenchSpelling: Spelling;
  readonly strayLinkCount: number;
}

const toldRefusals = 10;

/** A sentence forced through the model; or, as a sentence, why it can't be. */
async function force(
  engine: Engine,
  model: string,
  { source, target }: GoldSentence,
): Promise<{ result: SentenceResult; cross: StackAttention } | string> {
  try {
    const { run, sentences } = await engine.call('forceText', {
      model,
      source: source.text,
      target: target.text,
      slot: 'main',
    });
    const stack = { run, sentence: 0, hypothesis: 0, stack: 'cross' } as const;
    const cross = await engine.call('readStack', stack);
    const [result] = sentences;
    if (result === undefined) throw new Error('A forced text has no sentence.');
    return { result, cross };
  } catch (error) {
    if (error instanceof EngineError && error.failure.code === 'text-invalid')
      return error.failure.message;
    throw error;
  }
}

/** Of each layer and head the weights between the gold's words, all heads of a layer together. */
function mergeHeads(
  { source, target }: GoldSentence,
  { result, cross }: { result: SentenceResult; cross: StackAttention },
): { layers: Float32Array[][]; isTargetWord: boolean[] } {
  const { layerCount, headCount, queryCount, keyCount, values } = cross;
  const sourceWords = findPieces(source.spans, result.source.spans);
  const targetWords = findPieces(target.spans, result.hypotheses[0]?.target.spans ?? []);
  const size = queryCount * keyCount;
  const layers = Array.from({ length: layerCount }, (_, layer) =>
    Array.from({ length: headCount }, (_, head) => {
      const start = (layer * headCount + head) * size;
      const weights = values.subarray(start, start + size);
      return mergeIntoWords(weights, keyCount, targetWords, sourceWords);
    }),
  );
  return { layers, isTargetWord: targetWords.map((pieces) => pieces.length > 0) };
}

function nameOf({ layer, head }: View): string {
  return `${layer}/${head}`;
}

/**
 * Forces each gold target through the model and scores what each head of the cross-attention links.
 * A sentence that the model can't take counts as one without links.
 * @throws InputError for files that do not fit each other; EngineError for a failure that is not a
 *   sentence's
 */
export async function align(
  engine: Engine,
  model: string,
  views: readonly View[],
  files: GoldFiles,
  report: ReportProgress,
): Promise<AlignmentResult> {
  const { sentences, frenchSpelling, strayLinkCount } = readGoldSentences(files);
  const totals = new Map(views.map((view) => [nameOf(view), new AlignmentTotal()]));
  const baseline = new AlignmentTotal();
  const refusals: string[] = [];
  for (const [number, sentence] of sentences.entries()) {
    const { source, target, gold } = sentence;
    const [targetCount, sourceCount] = [target.spans.length, source.spans.length];
    const diagonal = diagonalWeights(targetCount, sourceCount);
    baseline.add({ weights: diagonal, targetCount, sourceCount }, gold);
    const forced = await force(engine, model, sentence);
    if (typeof forced === 'string') {
      refusals.push(`Line ${number + 1}: ${forced}`);
      for (const total of totals.values()) total.addNothing(gold);
    } else {
      const { layers, isTargetWord } = mergeHeads(sentence, forced);
      for (const { view, weights } of viewsOf(layers)) {
        const words = { weights, targetCount, sourceCount, isTargetWord };
        totals.get(nameOf(view))?.add(words, gold);
      }
    }
    report(number + 1, sentences.length);
  }
  if (refusals.length === sentences.length)
    throw new InputError(`The model can take none of the sentences. ${refusals[0]}`);
  const perHead = views.map((view) => ({
    ...view,
    ...(totals.get(nameOf(view)) ?? new AlignmentTotal()).scores,
  }));
  const best = perHead.reduce((best, scored) => (scored.aer < best.aer ? scored : best));
  return {
    sentences: sentences.length,
    perHead,
    best,
    baseline: baseline.scores,
    refused: refusals.slice(0, toldRefusals),
    refusedCount: refusals.length,
    frenchSpelling,
    strayLinkCount,
  };
}
