import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { TensorInfo } from '@tensorflow/tfjs-core';

/** The memory of tfjs's wasm backend: our kernels compute in it, on its tensors. */
export interface WasmHeap {
  readonly memory: WebAssembly.Memory;
  /**
   * @returns the address
   * @throws RangeError if the memory is full
   */
  readonly allocate: (byteCount: number) => number;
  readonly free: (address: number) => void;
}

/** Whether a kernel was called for the wasm backend, and not for another under its name. */
export function isWasmBackend(backend: unknown): backend is BackendWasm {
  return (
    typeof backend === 'object' &&
    backend !== null &&
    'wasm' in backend &&
    'makeOutput' in backend &&
    'dataIdMap' in backend
  );
}

/**
 * The heap of a started backend: Emscripten gives its memory out under one name without threads and
 * under another with them.
 * @throws TypeError if it is under neither
 */
export function heapOf(backend: BackendWasm): WasmHeap {
  const module: object = backend.wasm;
  const exported = property(property(module, 'asm'), 'memory');
  const memory = exported instanceof WebAssembly.Memory ? exported : property(module, 'wasmMemory');
  if (!(memory instanceof WebAssembly.Memory))
    throw new TypeError('The wasm backend shows no memory.');
  const [allocate, free] = [callable(module, '_malloc'), callable(module, '_free')];
  return {
    memory,
    allocate: (byteCount) => {
      // Emscripten answers with a signed number.
      const address = Number(allocate(byteCount)) >>> 0;
      if (address === 0) throw new RangeError(`wasm: out of memory for ${byteCount} bytes`);
      return address;
    },
    free: (address) => void free(address),
  };
}

/** Where a tensor's numbers begin. Valid as long as the tensor is: memory grows but does not move. */
export function addressOf(backend: BackendWasm, tensor: TensorInfo): number {
  return backend.getMemoryOffset(tensor.dataId);
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function callable(module: object, name: string): (argument: number) => unknown {
  const found = property(module, name);
  if (typeof found !== 'function') throw new TypeError(`The wasm backend has no ${name}.`);
  return (argument) => Reflect.apply(found, module, [argument]);
}
