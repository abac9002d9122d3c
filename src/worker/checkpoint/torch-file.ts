/**
 * What `torch.save` writes, `pytorch_model.bin` most often: a zip archive with a pickle and one file
 * for each storage. Files of torch before 1.6 hold the same as a row of pickles.
 *
 * A file is hostile input: every offset, stride and length is checked before a byte is used, and
 * nothing in it is executed.
 */
import { fail } from '../failure.ts';
import { LegacyTorchReader } from './torch-legacy.ts';
import { tensorsOf, torchRules, type TorchStorage, type TorchTensor } from './torch-pickle.ts';
import { giveBack } from '../give-back.ts';
import { gather } from './strided.ts';
import { unpickle } from './pickle.ts';
import {
  checkShape,
  ELEMENT_BYTES,
  missingTensor,
  widen,
  type StoredTensors,
} from './weights-file.ts';
import { isZip, readZip } from './zip.ts';

/** The tensors of one file, by name. Its bytes are kept, and read when a tensor is asked for. */
export class TorchFile implements StoredTensors {
  /** Storages that are not compressed are views of it. */
  readonly #file: Uint8Array;
  readonly #tensors: ReadonlyMap<string, TorchTensor>;
  /** By the storage's key. */
  readonly #storages: ReadonlyMap<string, Uint8Array>;

  private constructor(
    file: Uint8Array,
    tensors: ReadonlyMap<string, TorchTensor>,
    storages: ReadonlyMap<string, Uint8Array>,
  ) {
    this.#file = file;
    this.#tensors = tensors;
    this.#storages = storages;
    for (const [name, tensor] of tensors) checkTensor(name, tensor, storages);
  }

  /**
   * @throws HeedFailure `weights-invalid` if the file is damaged, or holds what is no tensor, named
   */
  static async open(file: Uint8Array): Promise<TorchFile> {
    if (!isZip(file)) {
      const { tensors, storages } = new LegacyTorchReader(file).read();
      return new TorchFile(file, tensors, storages);
    }
    const files = await readZip(file);
    const { folder, pickle } = findPickle(files);
    checkByteOrder(files.get(`${folder}byteorder`));
    const storages = new Map<string, Uint8Array>();
    const onStorage = ({ key }: TorchStorage): void => {
      const bytes = files.get(`${folder}data/${key}`);
      if (bytes !== undefined) storages.set(key, bytes);
    };
    const { value } = unpickle(pickle, torchRules(onStorage));
    return new TorchFile(file, tensorsOf(value), storages);
  }

  get names(): readonly string[] {
    return [...this.#tensors.keys()];
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  shape(name: string): readonly number[] {
    return this.#tensor(name).shape;
  }

  floats(name: string, shape: readonly number[]): Float32Array {
    const tensor = this.#tensor(name);
    checkShape(name, shape, tensor.shape);
    return widen(name, tensor.storage.dtype, this.bytes(name));
  }

  dtype(name: string): string {
    return this.#tensor(name).storage.dtype;
  }

  /** A copy, row by row whatever the strides. */
  bytes(name: string): Uint8Array<ArrayBuffer> {
    const tensor = this.#tensor(name);
    const { dtype, key } = tensor.storage;
    const storage = this.#storages.get(key) ?? missingTensor(name);
    return gather(storage, ELEMENT_BYTES.get(dtype) ?? 0, tensor);
  }

  release(): void {
    giveBack(this.#file);
    for (const storage of this.#storages.values()) giveBack(storage);
  }

  #tensor(name: string): TorchTensor {
    return this.#tensors.get(name) ?? missingTensor(name);
  }
}

/** The archive has one folder, of any name, with data.pkl in it. */
function findPickle(files: ReadonlyMap<string, Uint8Array>): {
  folder: string;
  pickle: Uint8Array;
} {
  const name = 'data.pkl';
  for (const [path, pickle] of files) {
    if (path === name || path.endsWith(`/${name}`)) {
      return { folder: path.slice(0, -name.length), pickle };
    }
  }
  return invalid('no data.pkl in the archive');
}

function checkByteOrder(bytes: Uint8Array | undefined): void {
  const order = bytes === undefined ? 'little' : new TextDecoder().decode(bytes).trim();
  if (order !== 'little') {
    fail('model-unsupported', 'Weights with the most significant byte first are not supported.');
  }
}

/** Every element that the tensor names must lie in its storage, and the storage in the file. */
function checkTensor(
  name: string,
  { storage, offset, shape, strides }: TorchTensor,
  storages: ReadonlyMap<string, Uint8Array>,
): void {
  const bytes = storages.get(storage.key);
  if (bytes === undefined) return invalid(`${name}: no storage ${storage.key} in the file`);
  const expected = storage.elementCount * (ELEMENT_BYTES.get(storage.dtype) ?? Number.NaN);
  if (bytes.length !== expected) {
    invalid(`${name}: storage ${storage.key} takes ${expected} bytes, got ${bytes.length}`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), offset);
  // A tensor may show numbers in another order, but not the same number many times over.
  if (count > storage.elementCount || (count > 0 && last >= storage.elementCount)) {
    invalid(
      `${name}: [${shape.join(', ')}] with strides [${strides.join(', ')}] at ${offset} leaves its storage of ${storage.elementCount}`,
    );
  }
}

function invalid(detail: string): never {
  fail('weights-invalid', 'The weights file is damaged or cut short.', detail);
}
