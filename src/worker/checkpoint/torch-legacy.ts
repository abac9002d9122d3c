/**
 * Files that `torch.save` wrote before version 1.6: a row of pickles (a magic number, the protocol,
 * the machine, the object, the keys of its storages), then each storage as its length and its bytes.
 * Many checkpoints of 2020 are of this kind.
 */
import { fail } from '../failure.ts';
import { unpickle, type PickleRules } from './pickle.ts';
import { damaged } from './pickle-bytes.ts';
import {
  fieldOf,
  isCount,
  tensorsOf,
  torchRules,
  type TorchStorage,
  type TorchTensor,
} from './torch-pickle.ts';
import { ELEMENT_BYTES } from './weights-file.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const LENGTH_BYTES = 8;
const PLAIN: PickleRules = { global: () => undefined, persistent: () => damaged('a storage') };

export class LegacyTorchReader {
  readonly #file: Uint8Array;
  readonly #mentioned = new Map<string, TorchStorage>();
  #at = 0;

  constructor(file: Uint8Array) {
    this.#file = file;
  }

  /** @throws HeedFailure `weights-invalid` if the file is damaged, or no file of torch at all */
  read(): { tensors: Map<string, TorchTensor>; storages: Map<string, Uint8Array> } {
    const tensors = this.readTensors();
    const keys = this.#next(PLAIN);
    if (!Array.isArray(keys)) return damaged('no list of storages');
    return { tensors, storages: this.#readStorages(keys) };
  }

  /** The tensors alone, for which the file's beginning is enough. */
  readTensors(): Map<string, TorchTensor> {
    // Every pickle of these files begins with its protocol; a page or an empty file does not.
    if (this.#file[0] !== 0x80 || this.#next(PLAIN) !== MAGIC) {
      fail('weights-invalid', 'The weights file is not one that PyTorch has written.');
    }
    if (this.#next(PLAIN) !== PROTOCOL) damaged('unknown protocol of the file');
    if (fieldOf(this.#next(PLAIN), 'little_endian') !== true) {
      fail('model-unsupported', 'Weights with the most significant byte first are not supported.');
    }
    const rules = torchRules((storage) => this.#mentioned.set(storage.key, storage));
    return tensorsOf(this.#next(rules));
  }

  #next(rules: PickleRules): unknown {
    const { value, end } = unpickle(this.#file, rules, this.#at);
    this.#at = end;
    return value;
  }

  #readStorages(keys: readonly unknown[]): Map<string, Uint8Array> {
    const { buffer, byteOffset, byteLength } = this.#file;
    const view = new DataView(buffer, byteOffset, byteLength);
    const storages = new Map<string, Uint8Array>();
    for (const key of keys) {
      const storage = typeof key === 'string' ? this.#mentioned.get(key) : undefined;
      if (storage === undefined) return damaged('a storage that no tensor lies in');
      const start = this.#at + LENGTH_BYTES;
      if (start > byteLength) return damaged(`storage ${storage.key} is cut short`);
      const count = Number(view.getBigInt64(this.#at, true));
      const end = start + count * (ELEMENT_BYTES.get(storage.dtype) ?? Number.NaN);
      if (!isCount(count) || !(end <= byteLength)) {
        return damaged(`storage ${storage.key} of ${count} elements is cut short`);
      }
      storages.set(storage.key, this.#file.subarray(start, end));
      this.#at = end;
    }
    return storages;
  }
}
