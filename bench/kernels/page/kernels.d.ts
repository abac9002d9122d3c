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

/** A ViT's block, whose MLP is four times as wide. */
export interface LayerSize {
  readonly tokenCount: number;
  readonly width: number;
  readonly headCount: number;
}

export interface LayerTiming {
  readonly detail: string;
  /** Milliseconds of a block, each measured beside the product of the same place. */
  readonly layer: readonly number[];
  /** Milliseconds of the first product of its MLP, [token, width] · [width, 4 · width], alone. */
  readonly alone: readonly number[];
}

/** A question to the worker. */
export type Asked =
  | { readonly kind: 'product'; readonly size: Size; readonly rounds: number }
  | { readonly kind: 'layer'; readonly size: LayerSize; readonly rounds: number };

export interface KernelsPage {
  /** @param rounds how often both are timed, in turns */
  readonly measure: (size: Size, rounds: number) => Promise<Timing>;
  readonly measureLayer: (size: LayerSize, rounds: number) => Promise<LayerTiming>;
}

declare global {
  var kernels: KernelsPage;
}
