import { runEncoderPass } from '../../kernels/wasm/encoder-pass.ts';
import { PackedEncoder } from '../../kernels/wasm/packed-encoder.ts';
import type { WasmKernels } from '../../kernels/wasm/wasm-kernels.ts';
import type { MarianConfig } from './config.ts';
import { type EncoderOutput, embedSource } from './encoder.ts';
import type { MarianWeights } from './weights.ts';

/** An encoder that is one call into wasm: its weights packed, until `dispose`. */
export class FusedEncoder {
  readonly #packed: PackedEncoder;
  readonly #weights: MarianWeights;

  private constructor(packed: PackedEncoder, weights: MarianWeights) {
    this.#packed = packed;
    this.#weights = weights;
  }

  /**
   * Null where the weights are kept in fewer bits, in another form, or would take more memory than
   * packed weights may.
   * @throws RangeError if the memory is full
   */
  static make(
    kernels: WasmKernels,
    weights: MarianWeights,
    { encoder, decoder, activation }: MarianConfig,
  ): FusedEncoder | null {
    if (weights.precision !== 'float32') return null;
    const layers = weights.encoder.flatMap(({ attention, ...others }) =>
      attention.form === 'batched' ? [{ ...others, project: attention.all }] : [],
    );
    if (layers.length !== weights.encoder.length) return null;
    const packed = PackedEncoder.pack(kernels, {
      layers,
      across: weights.decoder.flatMap(({ cross: { key, value } }) => [key, value]),
      headCount: encoder.headCount,
      acrossHeadCount: decoder.headCount,
      activation,
    });
    return packed && new FusedEncoder(packed, weights);
  }

  run(ids: readonly number[]): EncoderOutput {
    const { attention, across } = runEncoderPass(this.#packed, ids.length, (states) => {
      embedSource(ids, this.#weights, states);
    });
    const cross = this.#weights.decoder.flatMap((_, layer) => {
      const [keys, values] = across.slice(2 * layer);
      return keys === undefined || values === undefined ? [] : [{ keys, values }];
    });
    return { attention, cross };
  }

  dispose(): void {
    this.#packed.dispose();
  }
}
