import { backend } from '@tensorflow/tfjs-core';
import type { Precision } from '../../../engine/model-protocol.ts';
import type { WeightsFile } from '../../checkpoint/weights-file.ts';
import { fail } from '../../failure.ts';
import { dispose } from '../../kernels/tensors.ts';
import { kernelsOf } from '../../kernels/wasm/wasm-kernels.ts';
import type { ModelChanges } from '../attention-changes.ts';
import type {
  DecoderSession,
  EncodedSource,
  ForcedOutput,
  ForcedTarget,
  TranslationModel,
  TranslationModelShape,
} from '../translation-model.ts';
import { readFloats } from '../../read-back.ts';
import { parseMarianConfig, type MarianConfig } from './config.ts';
import { runEncoder, type EncoderOutput } from './encoder.ts';
import { runForced } from './forced.ts';
import { FusedEncoder } from './fused-encoder.ts';
import { FusedDecoder } from './fused-decoder.ts';
import { type Differentiated, inputGradient, relevance } from './gradients.ts';
import { MarianSession } from './session.ts';
import { valueVectors } from './value-vectors.ts';
import { loadMarianWeights, type MarianWeights } from './weights.ts';

/**
 * The Transformer of Vaswani et al. 2017 (arXiv:1706.03762) as Marian has it (Junczys-Dowmunt et
 * al. 2018): post-norm, sinusoidal positions, the padding token at the start of the target. Runs
 * any checkpoint of `MarianMTModel`.
 */
export class MarianModel implements TranslationModel {
  readonly #weights: MarianWeights;
  readonly #config: MarianConfig;
  readonly shape: TranslationModelShape;
  /** Made when they are first asked for; the encoder is undefined before, null where there is none. */
  #fused: FusedDecoder | null = null;
  #fusedEncoder: FusedEncoder | null | undefined;

  private constructor(weights: MarianWeights, config: MarianConfig, parameterCount: number) {
    this.#weights = weights;
    this.#config = config;
    this.shape = {
      modelType: 'marian',
      parameterCount,
      stacks: {
        encoder: stackInfo(config.encoder),
        decoder: stackInfo(config.decoder),
        cross: stackInfo(config.decoder),
      },
      sourceVocabularySize: config.sourceVocabularySize,
      targetVocabularySize: config.targetVocabularySize,
      longestSource: config.longestText,
      longestTarget: config.longestText,
    };
  }

  /**
   * @param config text of config.json
   * @throws HeedFailure `model-invalid`, `model-unsupported` or `weights-invalid`
   */
  static load(config: string, tensors: WeightsFile, precision?: Precision): MarianModel {
    const parsed = parseMarianConfig(config);
    const { weights, parameterCount } = loadMarianWeights(tensors, parsed, precision);
    return new MarianModel(weights, parsed, parameterCount);
  }

  encode(ids: readonly number[], changes: ModelChanges | null = null): EncodedSource {
    const { longestText } = this.#config;
    if (ids.length > longestText) {
      fail(
        'text-invalid',
        `A sentence is too long: it has ${ids.length} tokens, and the model reads ${longestText}.`,
      );
    }
    const encoder = changesEncoder(changes) ? null : this.#encoder();
    const output = encoder?.run(ids) ?? runEncoder(ids, this.#weights, this.#config, changes);
    const fused = (): FusedDecoder | null => this.#fusedDecoder();
    return new MarianSource(ids, this.#weights, this.#config, output, changes, fused);
  }

  dispose(): void {
    this.#fused?.dispose();
    this.#fused = null;
    this.#fusedEncoder?.dispose();
    this.#fusedEncoder = undefined;
    dispose(this.#weights);
  }

  /** Null where plain operations must do. */
  #encoder(): FusedEncoder | null {
    const kernels = kernelsOf(backend());
    if (kernels === null) return null;
    if (this.#fusedEncoder === undefined)
      this.#fusedEncoder = FusedEncoder.make(kernels, this.#weights, this.#config);
    return this.#fusedEncoder;
  }

  /** Null on backends without our kernels. */
  #fusedDecoder(): FusedDecoder | null {
    const kernels = kernelsOf(backend());
    if (kernels === null) return null;
    return (this.#fused ??= new FusedDecoder(kernels, this.#weights, this.#config));
  }
}

function stackInfo({ layerCount, headCount }: { layerCount: number; headCount: number }) {
  return { layerCount, headCount };
}

/** Whether the encoder looks otherwise than the weights say. */
function changesEncoder(changes: ModelChanges | null): boolean {
  return changes !== null && changes.encoder.some((layer) => layer !== null);
}

/** Whether the decoder looks otherwise than the weights say. */
function changesDecoder(changes: ModelChanges | null): boolean {
  return changes !== null && [...changes.decoder, ...changes.cross].some((layer) => layer !== null);
}

class MarianSource implements EncodedSource {
  readonly #weights: MarianWeights;
  readonly #config: MarianConfig;
  readonly #output: EncoderOutput;
  readonly #ids: readonly number[];
  readonly changes: ModelChanges | null;
  readonly #fused: () => FusedDecoder | null;

  constructor(
    ids: readonly number[],
    weights: MarianWeights,
    config: MarianConfig,
    output: EncoderOutput,
    changes: ModelChanges | null,
    fused: () => FusedDecoder | null,
  ) {
    this.#ids = ids;
    this.#fused = fused;
    this.changes = changes;
    this.#weights = weights;
    this.#config = config;
    this.#output = output;
  }

  get tokenCount(): number {
    return this.#ids.length;
  }

  readAttention(layer: number): Promise<Float32Array> {
    const probs = this.#output.attention[layer];
    return probs === undefined
      ? fail('bad-request', `The encoder has no layer ${layer}.`)
      : readFloats(probs);
  }

  begin(): DecoderSession {
    const fused = changesDecoder(this.changes) ? null : this.#fused();
    if (fused !== null) return fused.begin(this.#output.cross, this.tokenCount);
    return new MarianSession(
      this.#weights,
      this.#config,
      this.#output.cross,
      this.tokenCount,
      this.changes,
    );
  }

  force(inputs: readonly number[]): Promise<ForcedOutput> {
    const { longestText } = this.#config;
    if (inputs.length > longestText) {
      fail(
        'text-invalid',
        `The target is too long: it has ${inputs.length} tokens, and the model writes ${longestText}.`,
      );
    }
    return runForced(inputs, this.#weights, this.#config, this.#output.cross, this.changes);
  }

  valueVectors(layer: number): Promise<Float32Array> {
    const [cross, weights] = [this.#output.cross[layer], this.#weights.decoder[layer]];
    return cross === undefined || weights === undefined
      ? fail('bad-request', `The decoder has no layer ${layer}.`)
      : valueVectors(cross, weights.cross);
  }

  relevance(target: ForcedTarget): Promise<Float32Array> {
    return relevance(this.#differentiated, target);
  }

  inputGradient(target: ForcedTarget): Promise<Float32Array> {
    return inputGradient(this.#differentiated, target);
  }

  dispose(): void {
    dispose(this.#output);
  }

  get #differentiated(): Differentiated {
    return {
      ids: this.#ids,
      weights: this.#weights,
      config: this.#config,
      changes: this.changes,
    };
  }
}
