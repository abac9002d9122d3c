import type { BackendStarters } from './backend/choose.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import type { SourcePicture } from './image/preprocess.ts';

/** All that the engine needs of where it runs: a browser's worker, a test, a command. */
export interface Platform {
  readonly starters: BackendStarters;
  /** Opens the network and the cache of checkpoints. */
  readonly openFileSource: () => Promise<FileSource>;
  /** A bitmap's pixels over white. The bitmap is closed. */
  readonly readPicture: (image: ImageBitmap) => SourcePicture;
  /** How much memory the device has, in bytes, where the platform says so. */
  readonly deviceBytes?: () => number | null;
  /** Milliseconds since some moment that stays. */
  readonly now: () => number;
  /** What the attention that is kept of all vision runs may take of the device's memory. */
  readonly attentionBytes: number;
  /**
   * The number of the first run. Greater than any of an engine before this one, so that a run which
   * a crash took away is never mistaken for another.
   */
  readonly firstRun: number;
}
