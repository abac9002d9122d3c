/**
 * What every model that turns one sequence of tokens into another offers, so that decoding, traces
 * and evaluation know no model type. All arrays are row-major.
 */

import type { ModelChanges } from './attention-changes.ts';

export interface StackInfo {
  readonly layerCount: number;
  readonly headCount: number;
}

export interface TranslationStacks {
  /** Null where the model has no such attention: a recurrent one looks only across. */
  readonly encoder: StackInfo | null;
  readonly decoder: StackInfo | null;
  readonly cross: StackInfo;
}

export interface TranslationModelShape {
  /** `model_type` of config.json. */
  readonly modelType: string;
  readonly parameterCount: number;
  readonly stacks: TranslationStacks;
  readonly sourceVocabularySize: number;
  readonly targetVocabularySize: number;
  /** The most tokens that can be read, and written, `</s>` and the start token included. */
  readonly longestSource: number;
  readonly longestTarget: number;
}

/** The attention of one query of the decoder: of the state that predicted one target token. */
export interface AttentionRows {
  /** [layer, head, source token]; each row sums to 1. */
  readonly cross: Float32Array;
  /** [layer, head, token read so far]: the start token and the target tokens before. Or null. */
  readonly decoder: Float32Array | null;
}

export interface StepOutput<Rows = AttentionRows> {
  /**
   * [beam, target vocabulary]: what may come next, before softmax. Read it before the session's next
   * call, and copy what is kept; a model with summaries may compute it only when it is read.
   */
  readonly logits: Float32Array;
  /** One for each beam. */
  readonly rows: readonly Rows[];
  /** One for each beam, where the model knows as much already. */
  readonly summaries?: readonly LogitSummary[];
}

/** What a search asks of a beam's logits. */
export interface LogitSummary {
  /** Logarithm of the sum of their exponentials. */
  readonly normaliser: number;
  /** Tokens of the largest, largest first, of equals the smaller one. */
  readonly best: readonly number[];
  /** Whether these are all there are. */
  readonly isAll: boolean;
  /** Of any token. Valid until the session's next call. */
  readonly logit: (token: number) => number;
}

/** A decoder that has read some tokens. It begins with one beam. */
export interface DecoderSession<Rows = AttentionRows> {
  /** Reads one token more for each beam. */
  step(tokens: readonly number[]): Promise<StepOutput<Rows>>;
  /** From here on, beam i goes on from what was beam `parents[i]`. There may be more, or fewer. */
  reorder(parents: readonly number[]): void;
  dispose(): void;
}

/** The decoder's output for a given target, all positions at once. */
export interface ForcedOutput {
  /** [position, target vocabulary] */
  readonly logits: Float32Array;
  /** One for each position. */
  readonly rows: readonly AttentionRows[];
}

/** A target whose every token is asked about in turn. */
export interface ForcedTarget {
  /** The start token, then target tokens. */
  readonly inputs: readonly number[];
  /** What each position led to. */
  readonly tokens: readonly number[];
  /** Called before each token; what it throws ends the work. */
  readonly onToken: (position: number) => Promise<void>;
}

/** A source text that was read. Its tensors live until `dispose`. */
export interface EncodedSource {
  readonly tokenCount: number;
  /** What it was read with, and will be decoded with; null for nothing. */
  readonly changes: ModelChanges | null;
  /**
   * The encoder's attention of one layer: [head, query, key].
   * @throws HeedFailure `bad-request` if the model has no such layer
   */
  readAttention(layer: number): Promise<Float32Array>;
  begin(): DecoderSession;
  /** @param inputs the start token, then target tokens; position t predicts the token after input t */
  force(inputs: readonly number[]): Promise<ForcedOutput>;
  /**
   * What each head of a cross-attention's layer would add for each source token: [head, source
   * token, width].
   * @throws HeedFailure `bad-request` if the model has no such layer, or no such vectors
   */
  valueVectors(layer: number): Promise<Float32Array>;
  /**
   * Relevance of source tokens for target tokens (Chefer, Gur, Wolf 2021): [target, source token].
   * @throws HeedFailure `bad-request` if it is not defined for the model
   */
  relevance(target: ForcedTarget): Promise<Float32Array>;
  /** Gradient × embedding of source tokens for the logits of target tokens: [target, source token]. */
  inputGradient(target: ForcedTarget): Promise<Float32Array>;
  dispose(): void;
}

export interface TranslationModel {
  readonly shape: TranslationModelShape;
  /** @throws HeedFailure `text-invalid` for more tokens than the model can read */
  encode(ids: readonly number[], changes?: ModelChanges | null): EncodedSource;
  dispose(): void;
}
