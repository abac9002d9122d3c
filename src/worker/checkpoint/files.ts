/**
 * The files of one checkpoint folder, wherever they lie: behind an address, in a cache, on a disk.
 */

/** Bytes received so far of one file; `total` is null when the length is unknown. */
export type OnBytes = (received: number, total: number | null) => void;

/** No small file of a checkpoint is larger: a vocabulary of 250,000 pieces has 17 MB. */
export const MOST_TEXT_BYTES = 64e6;

export interface CheckpointFiles {
  /**
   * A small text file, decoded as UTF-8.
   * @throws HeedFailure `model-missing` if the folder has no such file, `network` if it
   * could not be had
   */
  readonly readText: (name: string, signal?: AbortSignal) => Promise<string>;
  /**
   * A whole file. Each call returns bytes of its own, which the caller may keep or change.
   * @throws HeedFailure as `readText`, and `weights-invalid` if it was cut short
   */
  readonly readBytes: (
    name: string,
    onBytes: OnBytes,
    signal: AbortSignal,
  ) => Promise<Uint8Array<ArrayBuffer>>;
}
