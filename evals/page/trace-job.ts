import type { BackendName } from '../../src/engine/protocol.ts';
import type { PictureFile } from './picture-file.ts';

/** What the trace command asks of the page. */
export interface TraceJob {
  readonly backend: BackendName | null;
  /** From the page. */
  readonly modelPath: string;
  readonly input: TracePicture | TraceText;
}

export interface TracePicture {
  readonly kind: 'picture';
  readonly file: PictureFile;
}

export interface TraceText {
  readonly kind: 'text';
  readonly text: string;
  /** Forced through the model; null for what the model writes itself. */
  readonly target: string | null;
  /** Null for the checkpoint's own. */
  readonly beamCount: number | null;
}

/** What the command prints. */
export interface TraceSummary {
  readonly model: string;
  readonly backend: BackendName;
  /** Of the one stack, or of the decoder's attention to the source. */
  readonly layers: number;
  readonly heads: number;
  /** Of the run, without loading the model. */
  readonly ms: number;
}

/** A part of a file, in the order of the file. */
export type SavePart = (name: string, base64: string) => Promise<void>;
