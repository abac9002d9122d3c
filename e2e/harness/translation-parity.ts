/**
 * The parity check of the translators: a checkpoint through Heed's own loader, forced decoding and
 * searches against what the reference implementation computed. Runs in Node and in a browser alike.
 */
import * as tf from '@tensorflow/tfjs-core';

import { Safetensors } from '../../src/worker/checkpoint/safetensors.ts';
import { searchBeams } from '../../src/worker/decoding/beam-search.ts';
import { forceDecode } from '../../src/worker/decoding/forced.ts';
import { searchGreedily } from '../../src/worker/decoding/greedy.ts';
import { stepsOf, tokensOf, type Hypothesis } from '../../src/worker/decoding/hypothesis.ts';
import {
  parseDecodingSettings,
  type DecodingSettings,
} from '../../src/worker/decoding/settings.ts';
import { loadTranslationModel } from '../../src/worker/models/load-translation-model.ts';
import type {
  AttentionRows,
  EncodedSource,
  TranslationModel,
} from '../../src/worker/models/translation-model.ts';
import type { FixtureFiles } from './fixture-model.ts';

export interface TranslationParity {
  readonly name: string;
  readonly backend: string;
  /** Largest absolute difference of an attention weight, over all stacks, layers and heads. */
  readonly attention: number;
  /** Largest difference of a row's sum from 1. */
  readonly rowSum: number;
  /** Largest difference of a logit over the largest logit. */
  readonly logits: number;
  /** Largest difference of a token's log probability under forced decoding and in the searches. */
  readonly logProbabilities: number;
  /** Largest difference of a hypothesis' score. */
  readonly scores: number;
  /** Searches that chose other tokens than the reference: their settings, in words. */
  readonly otherTokens: readonly string[];
  readonly searchCount: number;
  /** Hypotheses whose cross-attention was compared. */
  readonly historyCount: number;
  /** Tensors left behind. */
  readonly leaked: number;
}

/** What `generate` found, as training/parity/marian.py writes it. */
interface Generation {
  readonly input: number;
  readonly numBeams: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | 'never';
  readonly maxLength: number;
  readonly hypotheses: readonly {
    readonly tokens: readonly number[];
    readonly score: number | null;
    readonly logProbs: readonly number[];
    readonly crossAttentions: string | null;
  }[];
}

interface Expected {
  readonly inputs: readonly (readonly number[])[];
  readonly generations: readonly Generation[];
}

/** Collects the largest of each kind of difference. */
class Gaps {
  attention = 0;
  rowSum = 0;
  logits = 0;
  logProbabilities = 0;
  scores = 0;
  historyCount = 0;
  readonly otherTokens: string[] = [];

  rows(actual: Float32Array, expected: Float32Array, keyCount: number): void {
    this.attention = worse(this.attention, largestGap(actual, expected));
    for (let start = 0; start < actual.length; start += keyCount) {
      const row = actual.subarray(start, start + keyCount);
      this.rowSum = worse(this.rowSum, Math.abs(row.reduce((sum, value) => sum + value, 0) - 1));
    }
  }
}

/**
 * A fixture of `MarianMTModel`: forced decoding of one target, and searches.
 * @param isQuick only the searches of one sentence whose attention is compared: greedy and 4 beams.
 *   A software GPU takes a second for each step of a search.
 */
export async function measureMarianParity(
  files: FixtureFiles,
  isQuick = false,
): Promise<TranslationParity> {
  const before = tf.memory().numTensors;
  const { model, settings } = open(files);
  const expected = new Safetensors(files.expected);
  const gaps = new Gaps();
  await compareForced(model, expected, gaps);
  const { inputs, generations: all }: Expected = JSON.parse(files.texts['expected.json'] ?? '{}');
  const generations = isQuick ? all.filter(isInQuickRun) : all;
  for (const generation of generations) {
    const source = model.encode(inputs[generation.input] ?? []);
    await compareSearch(source, generation, settings, expected, gaps, model);
    source.dispose();
  }
  model.dispose();
  return report(files.name, gaps, generations.length, before);
}

/** The second sentence is the one with the attention of every beam. */
function isInQuickRun({ input, hypotheses }: Generation): boolean {
  return input === 1 && hypotheses.some(({ crossAttentions }) => crossAttentions !== null);
}

/** A fixture of the recurrent model: three sentences, each forced and greedy. */
export async function measureGruParity(files: FixtureFiles): Promise<TranslationParity> {
  const before = tf.memory().numTensors;
  const { model, settings } = open(files);
  const expected = new Safetensors(files.expected);
  const gaps = new Gaps();
  const cases = ['short', 'long', 'single'];
  for (const name of cases) {
    const source = model.encode(readInts(expected, `${name}.source`));
    const inputs = readInts(expected, `${name}.inputs`);
    const { logits, rows } = await source.force(inputs);
    const across = joinRows(rows, 'cross');
    gaps.rows(across, read(expected, `${name}.attention`), source.tokenCount);
    gaps.logits = worse(gaps.logits, relativeGap(logits, read(expected, `${name}.logits`)));
    const greedy = readInts(expected, `${name}.greedy`);
    const session = source.begin();
    const found = await searchGreedily(session, {
      ...settings,
      longestTarget: greedy.length + 1,
    });
    session.dispose();
    if (tokensOf(found.last).join() !== greedy.join()) gaps.otherTokens.push(`${name}, greedy`);
    else {
      const history = joinRows(
        stepsOf(found.last).map((step) => step.rows),
        'cross',
      );
      gaps.rows(history, read(expected, `${name}.greedy_attention`), source.tokenCount);
      gaps.historyCount += 1;
    }
    source.dispose();
  }
  model.dispose();
  return report(files.name, gaps, cases.length, before);
}

function open(files: FixtureFiles): { model: TranslationModel; settings: DecodingSettings } {
  const config = files.texts['config.json'] ?? '';
  const generation = files.texts['generation_config.json'] ?? null;
  const model = loadTranslationModel(config, new Safetensors(files.weights));
  const { targetVocabularySize, longestTarget } = model.shape;
  const settings = parseDecodingSettings(config, generation, targetVocabularySize, longestTarget);
  return { model, settings };
}

async function compareForced(
  model: TranslationModel,
  expected: Safetensors,
  gaps: Gaps,
): Promise<void> {
  const source = model.encode(readInts(expected, 'input_ids'));
  const inputs = readInts(expected, 'decoder_input_ids');
  const { encoder, decoder, cross } = model.shape.stacks;
  for (let layer = 0; layer < (encoder?.layerCount ?? 0); layer += 1) {
    const probs = await source.readAttention(layer);
    gaps.rows(probs, read(expected, `encoder_attentions.${layer}`), source.tokenCount);
  }
  const { logits, rows } = await source.force(inputs);
  gaps.logits = worse(gaps.logits, relativeGap(logits, read(expected, 'logits')));
  for (let layer = 0; layer < cross.layerCount; layer += 1) {
    const probs = stackRows(rows, 'cross', layer, cross.headCount, source.tokenCount);
    gaps.rows(probs, read(expected, `cross_attentions.${layer}`), source.tokenCount);
    const own = stackRows(rows, 'decoder', layer, decoder?.headCount ?? 0, inputs.length);
    gaps.rows(own, read(expected, `decoder_attentions.${layer}`), inputs.length);
  }
  const target = readInts(expected, 'target_ids');
  const startToken = inputs[0] ?? 0;
  const forced = await forceDecode(source, target, { ...NEUTRAL, startToken });
  const logProbs = stepsOf(forced.last).map(({ logProbability }) => logProbability);
  gaps.logProbabilities = worse(
    gaps.logProbabilities,
    largestGap(Float32Array.from(logProbs), read(expected, 'target_log_probs')),
  );
  source.dispose();
}

/** For forced decoding, which chooses nothing. */
const NEUTRAL: DecodingSettings = {
  startToken: 0,
  endToken: 0,
  padToken: 0,
  badWords: [],
  forcedEndToken: null,
  renormalise: false,
  longestTarget: Infinity,
  beamCount: 1,
  lengthPenalty: 1,
  earlyStopping: false,
};

async function compareSearch(
  source: EncodedSource,
  generation: Generation,
  checkpoint: DecodingSettings,
  expected: Safetensors,
  gaps: Gaps,
  model: TranslationModel,
): Promise<void> {
  const settings: DecodingSettings = {
    ...checkpoint,
    beamCount: generation.numBeams,
    lengthPenalty: generation.lengthPenalty,
    earlyStopping: generation.earlyStopping,
    longestTarget: generation.maxLength,
  };
  const session = source.begin();
  const found: Hypothesis<AttentionRows>[] =
    generation.numBeams === 1
      ? [await searchGreedily(session, settings)]
      : await searchBeams(session, settings);
  session.dispose();
  for (const [rank, reference] of generation.hypotheses.entries()) {
    const hypothesis = found[rank];
    const tokens = [settings.startToken, ...tokensOf(hypothesis?.last ?? null)];
    if (hypothesis === undefined || tokens.join() !== reference.tokens.join()) {
      const { input, numBeams, lengthPenalty, earlyStopping } = generation;
      gaps.otherTokens.push(
        `input ${input}, ${numBeams} beams, penalty ${lengthPenalty}, early ${earlyStopping}, rank ${rank}: ${tokens.join(' ')}`,
      );
      continue;
    }
    const steps = stepsOf(hypothesis.last);
    const logProbs = Float32Array.from(steps, ({ logProbability }) => logProbability);
    gaps.logProbabilities = worse(
      gaps.logProbabilities,
      largestGap(logProbs, Float32Array.from(reference.logProbs)),
    );
    if (reference.score !== null) {
      gaps.scores = worse(gaps.scores, Math.abs(hypothesis.score - reference.score));
    }
    if (reference.crossAttentions === null) continue;
    gaps.historyCount += 1;
    const { layerCount, headCount } = model.shape.stacks.cross;
    const rows = steps.map((step) => step.rows);
    for (let layer = 0; layer < layerCount; layer += 1) {
      const history = stackRows(rows, 'cross', layer, headCount, source.tokenCount);
      gaps.rows(
        history,
        read(expected, `${reference.crossAttentions}.${layer}`),
        source.tokenCount,
      );
    }
  }
}

/** One layer of every step's rows: [head, step, key], short rows filled with zeros. */
function stackRows(
  rows: readonly AttentionRows[],
  stack: 'cross' | 'decoder',
  layer: number,
  headCount: number,
  keyCount: number,
): Float32Array {
  const stacked = new Float32Array(headCount * rows.length * keyCount);
  for (const [step, row] of rows.entries()) {
    const values = row[stack] ?? new Float32Array(0);
    const length = stack === 'cross' ? keyCount : step + 1;
    for (let head = 0; head < headCount; head += 1) {
      const start = (layer * headCount + head) * length;
      stacked.set(values.subarray(start, start + length), (head * rows.length + step) * keyCount);
    }
  }
  return stacked;
}

function joinRows(rows: readonly AttentionRows[], stack: 'cross'): Float32Array {
  return Float32Array.from(rows.flatMap((row) => [...row[stack]]));
}

function report(name: string, gaps: Gaps, searchCount: number, before: number): TranslationParity {
  const { attention, rowSum, logits, logProbabilities, scores, otherTokens, historyCount } = gaps;
  return {
    name,
    backend: tf.getBackend(),
    attention,
    rowSum,
    logits,
    logProbabilities,
    scores,
    otherTokens,
    searchCount,
    historyCount,
    leaked: tf.memory().numTensors - before,
  };
}

function read(tensors: Safetensors, name: string): Float32Array {
  return tensors.floats(name, tensors.shape(name));
}

function readInts(tensors: Safetensors, name: string): number[] {
  return [...new Int32Array(tensors.bytes(name).slice().buffer)];
}

function relativeGap(actual: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largestGap(actual, expected) / largest;
}

/** NaN where either side is not a number or shorter, which no bound admits. */
function largestGap(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return NaN;
  let largest = 0;
  for (const [index, value] of actual.entries()) {
    largest = worse(largest, Math.abs(value - (expected[index] ?? NaN)));
  }
  return largest;
}

/** The larger, or NaN if either is. */
function worse(a: number, b: number): number {
  return a >= b || Number.isNaN(a) ? a : b;
}
