/** What the page offers to the command, and its worker to the page. */

export interface DecodingOptions {
  readonly backend: 'wasm' | 'webgpu';
  /** Checkpoint folder, with a slash at its end, and the same weights as two ONNX files. */
  readonly model: string;
  readonly encoder: string;
  readonly decoder: string;
  /** What is translated: texts for the checkpoint's tokenizer, or tokens. */
  readonly sources: readonly (string | readonly number[])[];
  /** Target tokens of a source, at most. */
  readonly mostTokens: number;
  /** Where the distribution of ONNX Runtime Web lies, with a slash at its end. */
  readonly runtime: string;
  readonly threadCount: number;
}

export interface Loaded {
  /** What Heed runs on: threads, SIMD, the adapter. */
  readonly detail: string;
  /** Target tokens of each source, the same on both sides. */
  readonly tokenCounts: readonly number[];
  /** Largest difference of any weight between the two, over all steps and stacks. */
  readonly attentionDifference: number;
}

/** One round: target tokens a second over all sources. */
export type Side = 'heed' | 'ort';

export interface DecodingPage {
  /**
   * Loads both, decodes every source with both and compares.
   * @throws Error if the two do not write the same tokens
   */
  readonly load: (options: DecodingOptions) => Promise<Loaded>;
  readonly measure: (side: Side) => Promise<number>;
}

export type Request =
  | { readonly call: 'load'; readonly options: DecodingOptions }
  | { readonly call: 'measure'; readonly side: Side };

declare global {
  var decoding: DecodingPage;
}
