import { DecoderSteps } from '../../kernels/wasm/decoder-steps.ts';
import { PackedDecoder } from '../../kernels/wasm/packed-decoder.ts';
import { addressOf } from '../../kernels/wasm/wasm-heap.ts';
import type { WasmKernels } from '../../kernels/wasm/wasm-kernels.ts';
import type { DecoderSession } from '../translation-model.ts';
import type { MarianConfig } from './config.ts';
import type { CrossCache } from './encoder.ts';
import { type FusedParts, FusedSession } from './fused-session.ts';
import type { MarianWeights } from './weights.ts';

/** A decoder whose step is one call into wasm: its weights packed, until `dispose`. */
export class FusedDecoder {
  readonly #packed: PackedDecoder;
  readonly #config: MarianConfig;
  readonly #parts: FusedParts;

  /** @throws RangeError if the memory is full */
  constructor(kernels: WasmKernels, weights: MarianWeights, config: MarianConfig) {
    const { decoder, output, outputTable, target, positions } = weights;
    this.#packed = new PackedDecoder(kernels, { layers: decoder, output });
    this.#config = config;
    this.#parts = {
      target,
      positions,
      output: outputTable,
      outputBias: output.bias === null ? null : floatsOf(output.bias.dataSync()),
    };
  }

  /** @param cross must live as long as the session */
  begin(cross: readonly CrossCache[], tokenCount: number): DecoderSession {
    const { backend } = this.#packed.kernels;
    const { decoder, activation } = this.#config;
    const steps = new DecoderSteps(this.#packed, {
      layers: cross.map(({ keys, values }) => ({
        keys: addressOf(backend, keys),
        values: addressOf(backend, values),
      })),
      tokenCount,
      headCount: decoder.headCount,
      activation,
    });
    return new FusedSession(steps, this.#parts);
  }

  dispose(): void {
    this.#packed.dispose();
  }
}

function floatsOf(values: unknown): Float32Array {
  if (!(values instanceof Float32Array)) throw new TypeError('Expected a tensor of floats.');
  return values.slice();
}
