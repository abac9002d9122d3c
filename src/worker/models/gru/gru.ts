import * as tf from '@tensorflow/tfjs-core';
import type { Precision } from '../../../engine/model-protocol.ts';
import type { WeightsFile } from '../../checkpoint/weights-file.ts';
import { fail } from '../../failure.ts';
import { linear } from '../../kernels/linear.ts';
import { dispose, tidy } from '../../kernels/tensors.ts';
import { readFloats } from '../../read-back.ts';
import type { ModelChanges } from '../attention-changes.ts';
import type {
  AttentionRows,
  DecoderSession,
  EncodedSource,
  ForcedOutput,
  ForcedTarget,
  StepOutput,
  TranslationModel,
  TranslationModelShape,
} from '../translation-model.ts';
import { parseGruConfig, type GruConfig } from './config.ts';
import { type GruChanges, runGruStep } from './decoder.ts';
import { runGruEncoder, type GruEncoderOutput } from './encoder.ts';
import { gruInputGradient } from './input-gradient.ts';
import { loadGruWeights, type GruWeights } from './weights.ts';

/** No positions limit a recurrent model; this bounds time and memory. */
const LONGEST_TEXT = 2048;

/**
 * The recurrent translator with additive attention; training/translation/gru/model.py defines it.
 * It has one attention, from target to source: one layer of one head.
 */
export class GruModel implements TranslationModel {
  readonly #weights: GruWeights;
  readonly #config: GruConfig;
  readonly shape: TranslationModelShape;

  private constructor(weights: GruWeights, config: GruConfig, parameterCount: number) {
    this.#weights = weights;
    this.#config = config;
    this.shape = {
      modelType: 'heed-gru',
      parameterCount,
      stacks: { encoder: null, decoder: null, cross: { layerCount: 1, headCount: 1 } },
      sourceVocabularySize: config.vocabularySize,
      targetVocabularySize: config.vocabularySize,
      longestSource: LONGEST_TEXT,
      longestTarget: LONGEST_TEXT,
    };
  }

  /**
   * @param config text of config.json
   * @throws HeedFailure `model-invalid`, `model-unsupported` or `weights-invalid`
   */
  static load(config: string, tensors: WeightsFile, precision?: Precision): GruModel {
    const parsed = parseGruConfig(config);
    const { weights, parameterCount } = loadGruWeights(tensors, parsed, precision);
    return new GruModel(weights, parsed, parameterCount);
  }

  encode(ids: readonly number[], changes: ModelChanges | null = null): EncodedSource {
    checkLength('sentence', ids.length);
    const output = runGruEncoder(ids, this.#weights, this.#config);
    return new GruSource(ids, this.#weights, this.#config, output, changes);
  }

  dispose(): void {
    dispose(this.#weights);
  }
}

function checkLength(what: string, count: number): void {
  if (count > LONGEST_TEXT) {
    fail(
      'text-invalid',
      `A ${what} is too long: it has ${count} tokens, and the model takes ${LONGEST_TEXT}.`,
    );
  }
}

class GruSource implements EncodedSource {
  readonly #weights: GruWeights;
  readonly #output: GruEncoderOutput;
  readonly #ids: readonly number[];
  readonly #config: GruConfig;
  readonly changes: ModelChanges | null;

  constructor(
    ids: readonly number[],
    weights: GruWeights,
    config: GruConfig,
    output: GruEncoderOutput,
    changes: ModelChanges | null,
  ) {
    this.#ids = ids;
    this.#config = config;
    this.changes = changes;
    this.#weights = weights;
    this.#output = output;
  }

  get tokenCount(): number {
    return this.#ids.length;
  }

  readAttention(): Promise<Float32Array> {
    return fail('bad-request', 'A recurrent encoder has no self-attention.');
  }

  begin(): DecoderSession {
    return new GruSession(this.#weights, this.#output, this.tokenCount, this.changes);
  }

  async force(inputs: readonly number[]): Promise<ForcedOutput> {
    checkLength('target', inputs.length);
    const tensors = tidy(() => this.#force(inputs));
    try {
      const [logits, probs] = await Promise.all([
        readFloats(tensors.logits),
        readFloats(tensors.probs),
      ]);
      return { logits, rows: rowsOf(probs, this.tokenCount) };
    } finally {
      dispose(tensors);
    }
  }

  valueVectors(): Promise<Float32Array> {
    return fail('bad-request', 'A recurrent model mixes its annotations as they are.');
  }

  relevance(): Promise<Float32Array> {
    return fail('bad-request', 'Relevance is defined for Transformers.');
  }

  inputGradient(target: ForcedTarget): Promise<Float32Array> {
    const { changes } = this;
    return gruInputGradient(this.#ids, target, this.#weights, this.#config, changes);
  }

  dispose(): void {
    dispose(this.#output);
  }

  #force(inputs: readonly number[]): { logits: tf.Tensor2D; probs: tf.Tensor2D } {
    let state = this.#output.initial;
    const steps = inputs.map((token, position) => {
      const changes = changesAt(this.changes, position);
      const step = tidy(() => {
        const made = runGruStep([token], state, this.#weights, this.#output, changes);
        return { state: made.state, readout: made.readout, probs: made.probs };
      });
      state = step.state;
      return step;
    });
    const readouts = tf.concat2d(
      steps.map(({ readout }) => readout),
      0,
    );
    const probs = tf.concat2d(
      steps.map(({ probs }) => probs),
      0,
    );
    return { logits: linear(readouts, this.#weights.output), probs };
  }
}

class GruSession implements DecoderSession {
  readonly #weights: GruWeights;
  readonly #output: GruEncoderOutput;
  readonly #sourceCount: number;
  readonly #changes: ModelChanges | null;
  #state: tf.Tensor2D;
  #position = 0;

  constructor(
    weights: GruWeights,
    output: GruEncoderOutput,
    sourceCount: number,
    changes: ModelChanges | null,
  ) {
    this.#changes = changes;
    this.#weights = weights;
    this.#output = output;
    this.#sourceCount = sourceCount;
    // A tensor of its own, since the first step disposes of it.
    this.#state = tf.clone(output.initial);
  }

  async step(tokens: readonly number[]): Promise<StepOutput> {
    const beamCount = this.#state.shape[0];
    if (tokens.length !== beamCount) {
      throw new RangeError(`expected ${beamCount} tokens, got ${tokens.length}`);
    }
    const old = this.#state;
    const { state, everything } = tidy(() => {
      const changes = changesAt(this.#changes, this.#position);
      const step = runGruStep(tokens, old, this.#weights, this.#output, changes);
      const logits = linear(step.readout, this.#weights.output);
      const parts = [logits, step.probs].map((part) => tf.reshape<tf.Rank.R1>(part, [part.size]));
      return { state: step.state, everything: tf.concat1d(parts) };
    });
    this.#state = state;
    this.#position += 1;
    old.dispose();
    const values = await readFloats(everything);
    everything.dispose();
    const logitCount = values.length - beamCount * this.#sourceCount;
    return {
      logits: values.slice(0, logitCount),
      rows: rowsOf(values.subarray(logitCount), this.#sourceCount),
    };
  }

  reorder(parents: readonly number[]): void {
    const beamCount = this.#state.shape[0];
    if (parents.length === beamCount && parents.every((from, to) => from === to)) return;
    const old = this.#state;
    this.#state = tf.tidy(() => tf.gather(old, tf.tensor1d([...parents], 'int32')));
    old.dispose();
  }

  dispose(): void {
    this.#state.dispose();
  }
}

/** A recurrent model has one attention: one layer of one head. */
function changesAt(changes: ModelChanges | null, position: number): GruChanges | null {
  const layer = changes?.cross[0] ?? null;
  return layer === null ? null : { layer, position };
}

/** @param probs [row, source token] */
function rowsOf(probs: Float32Array, sourceCount: number): AttentionRows[] {
  return Array.from({ length: probs.length / sourceCount }, (_, row) => ({
    cross: probs.slice(row * sourceCount, (row + 1) * sourceCount),
    decoder: null,
  }));
}
