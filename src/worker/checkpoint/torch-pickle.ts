/** What the pickles that `torch.save` writes may name: tensors, their storages and dicts. */
import { PickleDict, PickleFunction, type PickleRules } from './pickle.ts';
import { damaged } from './pickle-bytes.ts';

/** A stretch of numbers that tensors lie in. */
export class TorchStorage {
  readonly key: string;
  readonly dtype: string;
  readonly elementCount: number;

  constructor(key: string, dtype: string, elementCount: number) {
    this.key = key;
    this.dtype = dtype;
    this.elementCount = elementCount;
  }
}

/** A tensor's place in its storage. Offset and strides count elements. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(
    storage: TorchStorage,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

class StorageType {
  readonly dtype: string;

  constructor(dtype: string) {
    this.dtype = dtype;
  }
}

const GLOBALS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['torch.FloatStorage', new StorageType('F32')],
  ['torch.HalfStorage', new StorageType('F16')],
  ['torch.BFloat16Storage', new StorageType('BF16')],
  ['torch.DoubleStorage', new StorageType('F64')],
  ['torch.LongStorage', new StorageType('I64')],
  ['torch.IntStorage', new StorageType('I32')],
  ['torch.ShortStorage', new StorageType('I16')],
  ['torch.CharStorage', new StorageType('I8')],
  ['torch.ByteStorage', new StorageType('U8')],
  ['torch.BoolStorage', new StorageType('BOOL')],
  ['collections.OrderedDict', new PickleFunction('OrderedDict', makeDict)],
  ['torch._utils._rebuild_tensor_v2', new PickleFunction('_rebuild_tensor_v2', makeTensor)],
  ['torch._utils._rebuild_parameter', new PickleFunction('_rebuild_parameter', ([data]) => data)],
]);

/** @param onStorage hears each mention of a storage */
export function torchRules(onStorage: (storage: TorchStorage) => void): PickleRules {
  return {
    global: (name) => GLOBALS.get(name),
    persistent: (id) => {
      const storage = makeStorage(id);
      onStorage(storage);
      return storage;
    },
  };
}

function makeDict(args: readonly unknown[]): PickleDict {
  const dict = new PickleDict();
  const [pairs = []] = args;
  if (!Array.isArray(pairs)) return damaged('OrderedDict of what is no list');
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) return damaged('OrderedDict of no pairs');
    dict.entries.set(pair[0], pair[1]);
  }
  return dict;
}

/** ('storage', type, key, device, element count): what a pickle says of a storage beside it. */
function makeStorage(id: unknown): TorchStorage {
  const [kind, type, key, , elementCount]: unknown[] = Array.isArray(id) ? id : [];
  if (kind !== 'storage' || !(type instanceof StorageType)) return damaged('no known storage');
  if (typeof key !== 'string' || !isCount(elementCount)) return damaged('a storage without a size');
  return new TorchStorage(key, type.dtype, elementCount);
}

function makeTensor(args: readonly unknown[]): TorchTensor {
  const [storage, offset, shape, strides] = args;
  if (!(storage instanceof TorchStorage)) return damaged('a tensor without a storage');
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides)) {
    return damaged(`storage ${storage.key}: offset, shape or strides are no counts`);
  }
  if (shape.length !== strides.length) return damaged(`storage ${storage.key}: too few strides`);
  return new TorchTensor(storage, offset, shape, strides);
}

/** The tensors of a state_dict, by name; other values in it are left out. */
export function tensorsOf(value: unknown): Map<string, TorchTensor> {
  if (!(value instanceof PickleDict)) return damaged('the file holds no dict of tensors');
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of value.entries) {
    if (typeof name === 'string' && tensor instanceof TorchTensor) tensors.set(name, tensor);
  }
  return tensors;
}

export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}

/** A field of a dict of the file, or undefined. */
export function fieldOf(value: unknown, key: string): unknown {
  return value instanceof PickleDict ? value.entries.get(key) : undefined;
}
