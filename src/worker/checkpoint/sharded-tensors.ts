import { fail } from '../failure.ts';
import { missingTensor, type StoredTensors } from './weights-file.ts';

/** Tensors that lie in several files. */
export class ShardedTensors implements StoredTensors {
  readonly #places: ReadonlyMap<string, StoredTensors>;

  /**
   * @param places for each tensor, the name of its file
   * @param shards by name
   * @throws HeedFailure `weights-invalid` if a file lacks a tensor, naming both
   */
  constructor(places: ReadonlyMap<string, string>, shards: ReadonlyMap<string, StoredTensors>) {
    const found = new Map<string, StoredTensors>();
    for (const [tensor, file] of places) {
      const shard = shards.get(file);
      if (shard?.has(tensor) !== true) {
        fail(
          'weights-invalid',
          'A part of the weights lacks a tensor that its index names.',
          `missing: ${tensor} in ${file}`,
        );
      }
      found.set(tensor, shard);
    }
    this.#places = found;
  }

  get names(): readonly string[] {
    return [...this.#places.keys()];
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  shape(name: string): readonly number[] {
    return this.#shard(name).shape(name);
  }

  dtype(name: string): string {
    return this.#shard(name).dtype(name);
  }

  bytes(name: string): Uint8Array {
    return this.#shard(name).bytes(name);
  }

  floats(name: string, shape: readonly number[]): Float32Array {
    return this.#shard(name).floats(name, shape);
  }

  release(): void {
    for (const shard of new Set(this.#places.values())) shard.release();
  }

  #shard(name: string): StoredTensors {
    return this.#places.get(name) ?? missingTensor(name);
  }
}
