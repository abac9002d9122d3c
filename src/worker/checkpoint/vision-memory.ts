/** What a run of a vision model takes of a device's memory, told from its configuration alone. */

/** The sizes that count. */
export interface SizedVit {
  readonly layerCount: number;
  readonly headCount: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly tokenCount: number;
}

/** In bytes, all at once while a picture runs. */
export interface RunMemory {
  /** Hidden states of this run and the one before it, and one layer at work with its attention. */
  readonly activations: number;
  /** Attention that is kept between runs: of all layers, or what fits the budget. */
  readonly attention: number;
}

/** Bytes of one layer's attention, [head, query, key]. */
export function layerBytes({
  headCount,
  tokenCount,
}: Pick<SizedVit, 'headCount' | 'tokenCount'>): number {
  return 4 * headCount * tokenCount ** 2;
}

/**
 * @param attentionBytes the budget of the attention that is kept
 * @returns beside the weights; on wasm these stand there twice, up to 512 MiB of them, since their
 *   packed form is kept
 */
export function runMemory(config: SizedVit, attentionBytes: number): RunMemory {
  const { layerCount, hiddenSize, intermediateSize, tokenCount } = config;
  const row = 4 * tokenCount;
  const hidden = 2 * row * hiddenSize * (layerCount + 1);
  // Norm, projections, mixed values, their sum with the input, and the MLP before and after GELU.
  const atWork = row * (6 * hiddenSize + 2 * intermediateSize) + layerBytes(config);
  const fitting = Math.min(layerCount, Math.floor(attentionBytes / layerBytes(config)));
  return { activations: hidden + atWork, attention: fitting * layerBytes(config) };
}
