/** What the page offers to the command. */
import type { BackendName } from '../../../src/engine/protocol.ts';

export interface PeerOptions {
  readonly backend: BackendName;
  /** Checkpoint folder, with a slash at its end, and the same weights as an ONNX file. */
  readonly model: string;
  readonly onnx: string;
  readonly inputShape: readonly number[];
  readonly attentionNames: readonly string[];
  /** Of each channel. */
  readonly normalization: { readonly mean: readonly number[]; readonly std: readonly number[] };
  /** Where the distribution of ONNX Runtime Web lies, with a slash at its end. */
  readonly runtime: string;
  readonly threadCount: number;
}

export interface Loaded {
  /** What Heed runs on: threads, SIMD, the adapter. */
  readonly detail: string;
  /** Largest difference of any weight between the two. */
  readonly attentionDifference: number;
}

export interface Peer {
  /** Loads both, runs both on the same pixels and compares. */
  readonly load: (options: PeerOptions) => Promise<Loaded>;
  /** Milliseconds of one forward pass with every layer's attention read out. */
  readonly runHeed: () => Promise<number>;
  readonly runOrt: () => Promise<number>;
}

declare global {
  var peer: Peer;
}
