/** What the page offers to the command. */
import type { PeerOptions } from '../../peer/page/peer.d.ts';

export type Side = 'heed' | 'ort';

/** What a forward pass asked of the GPU. */
export interface GpuCalls {
  readonly dispatchCount: number;
  readonly submitCount: number;
  /** Bytes of the buffers that were mapped for reading. */
  readonly readBytes: number;
}

export interface CostPage {
  /**
   * Loads one of the two, which is watched from before its start.
   * @returns what Heed runs on: threads, SIMD, the adapter; nothing for the peer
   */
  readonly load: (side: Side, options: PeerOptions) => Promise<string>;
  /** A forward pass with every layer's attention read out. Its outputs are held. */
  readonly pass: () => Promise<GpuCalls>;
  /** Lets the last pass's outputs go. */
  readonly release: () => Promise<void>;
  /** Bytes of all linear memories. They never shrink: what is there is the most there was. */
  readonly wasmBytes: () => Promise<number>;
}

export type Request =
  | { readonly call: 'load'; readonly side: Side; readonly options: PeerOptions }
  | { readonly call: 'pass' }
  | { readonly call: 'release' }
  | { readonly call: 'wasmBytes' };

declare global {
  var cost: CostPage;
}
