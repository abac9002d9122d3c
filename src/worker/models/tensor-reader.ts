/** Reading a model's tensors by name, with their shapes checked, and putting them on the device. */
import * as tf from '@tensorflow/tfjs-core';
import { giveBack } from '../give-back.ts';
import type { PackedWeights } from '../checkpoint/packed-weights.ts';
import type { WeightsFile } from '../checkpoint/weights-file.ts';
import { fail } from '../failure.ts';
import type { LayerNorm } from '../kernels/layer-norm.ts';
import type { Linear } from '../kernels/linear.ts';

/** Reads tensors and counts the numbers in them, each tensor once. */
export class TensorReader {
  readonly #tensors: WeightsFile;
  readonly #counts = new Map<string, number>();
  readonly #packed: PackedWeights | null;

  /** @param packed takes in every tensor that is read */
  constructor(tensors: WeightsFile, packed: PackedWeights | null = null) {
    this.#tensors = tensors;
    this.#packed = packed;
  }

  get parameterCount(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Counts what another reader has read. */
  countAlso({ countedTensors }: TensorReader): void {
    for (const [name, count] of countedTensors) this.#counts.set(name, count);
  }

  /** Numbers in each tensor that was read. */
  get countedTensors(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** @throws HeedFailure `weights-invalid` or `model-unsupported`, naming the tensor */
  floats(name: string, shape: readonly number[]): Float32Array {
    const values = this.#tensors.floats(name, shape);
    if (!isFiniteThroughout(values)) {
      fail('weights-invalid', 'The weights hold what is no finite number.', `not finite: ${name}`);
    }
    this.#counts.set(name, values.length);
    this.#packed?.add(name, shape, values);
    return values;
  }

  /** A stored [out, in] matrix as the product wants it: [in, out]. */
  transposed(name: string, outSize: number, inSize: number): tf.Tensor2D {
    // Both at once are there for a moment only.
    return tf.tidy(() => {
      const values = this.floats(name, [outSize, inSize]);
      const stored = tf.tensor2d(values, [outSize, inSize]);
      // It has copied them; other backends keep them, or upload them later.
      if (tf.getBackend() === 'wasm') giveBack(values);
      return tf.transpose(stored);
    });
  }

  vector(name: string, length: number): tf.Tensor1D {
    return tf.tensor1d(this.floats(name, [length]));
  }

  /** `name`.weight and, unless it has none, `name`.bias. */
  linear(name: string, inSize: number, outSize: number, hasBias = true): Linear {
    return {
      weight: this.transposed(`${name}.weight`, outSize, inSize),
      bias: hasBias ? this.vector(`${name}.bias`, outSize) : null,
    };
  }

  layerNorm(name: string, width: number, epsilon: number): LayerNorm {
    return {
      scale: this.vector(`${name}.weight`, width),
      shift: this.vector(`${name}.bias`, width),
      epsilon,
    };
  }
}

function isFiniteThroughout(values: Float32Array): boolean {
  for (let index = 0; index < values.length; index++) {
    if (!Number.isFinite(values[index])) return false;
  }
  return true;
}
