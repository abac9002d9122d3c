/** What the page offers to the command, and its worker to the page. */

export interface Size {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Products of these sizes in one call; 1 for two plain matrices. */
  readonly batch: number;
}

export interface Timing {
  /** What the backend runs on. */
  readonly detail: string;
  /** Milliseconds of one product, each measured beside tfjs's of the same place. */
  readonly heed: readonly number[];
  readonly tfjs: readonly number[];
}

export interface KernelsPage {
  /** @param rounds how often both are timed, in turns */
  readonly measure: (size: Size, rounds: number) => Promise<Timing>;
}

declare global {
  var kernels: KernelsPage;
}
