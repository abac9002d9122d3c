/** What the page offers to the command. */
import type { BackendName } from '../../../src/engine/protocol.ts';

export interface PeerOptions {
  readonly backend: BackendName;
  /** Addresses of the checkpoint's folder, with a slash at its end, and of its weights as ONNX. */
  readonly model: string;
  readonly onnx: string;
  readonly inputShape: readonly number[];
  readonly attentionNames: readonly string[];
  /** Address of the distribution of ONNX Runtime Web, with a slash at its end. */
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

/** A question to the worker. */
export type PeerCall =
  | { readonly kind: 'load'; readonly options: PeerOptions }
  | { readonly kind: 'heed' }
  | { readonly kind: 'ort' };

/** Its answer: what was loaded, or milliseconds, or why it failed. */
export type PeerReply = Loaded | number | { readonly failure: string };

declare global {
  var peer: Peer;
}
