/** What the page offers to the command. */
import type { BackendName } from '../../../src/engine/protocol.ts';

export interface MemoryOptions {
  readonly backend: BackendName;
  /** Checkpoint folders, each with a slash at its end. */
  readonly vision: string;
  readonly translation: string;
}

export interface MemoryFigures {
  /** On the device. */
  readonly tensorCount: number;
  readonly tensorBytes: number;
  /** What crosses to the page for the first view of a picture. */
  readonly firstViewBytes: number;
  /** Every layer's attention of that picture in single precision. */
  readonly attentionBytes: number;
}

export interface MemoryPage {
  /** @returns what Heed runs on: threads, SIMD, the adapter */
  readonly load: (options: MemoryOptions) => Promise<string>;
  /** Runs pictures and sentences of mixed sizes, the ones of this number first. */
  readonly run: (first: number, count: number) => Promise<void>;
  readonly figures: () => Promise<MemoryFigures>;
}

declare global {
  var memory: MemoryPage;
}
