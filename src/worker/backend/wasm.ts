import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasmModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import { installKernels } from '../kernels/wasm/install-kernels.ts';
import type { SimdFeatures } from '../kernels/wasm/kernel-module.ts';
import { type KernelRunner, SingleThread } from '../kernels/wasm/kernel-runner.ts';
import { type KernelThread, startThreads, ThreadPool } from '../kernels/wasm/thread-pool.ts';
import { heapOf } from '../kernels/wasm/wasm-heap.ts';
import type { RunningBackend, WasmFiles } from './backend.ts';
import { removeBackend, installBackend } from './register.ts';
import { takeWasmParts, type WasmParts } from './wasm-parts.ts';

/**
 * Runs `start` while `navigator.hardwareConcurrency` reads as two.
 *
 * tfjs 4.22 makes its thread pool in a static constructor, from half the cores; the count given to
 * `setThreadsCount` comes too late and is ignored (`tfjs-backend-wasm/src/cc/backend.cc`). The property
 * is the pool's only other input.
 */
async function withOneThread<T>(start: () => Promise<T>): Promise<T> {
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2, configurable: true });
  try {
    return await start();
  } finally {
    // The property of the prototype shows again.
    Reflect.deleteProperty(navigator, 'hardwareConcurrency');
  }
}

/** The part of an Emscripten module that is used here; tfjs leaves its type to the reader. */
interface EmscriptenCalls {
  cwrap(name: string, result: 'number', args: 'number'[]): (...args: number[]) => number;
  cwrap(name: string, result: null, args: 'number'[]): (...args: number[]) => void;
  _malloc: (byteCount: number) => number;
}

function isEmscripten(module: BackendWasmModule): module is BackendWasmModule & EmscriptenCalls {
  return 'cwrap' in module && typeof module.cwrap === 'function' && '_malloc' in module;
}

/** Takes the instance of Emscripten's module. */
type Receive = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;

/** Adds the functions that tfjs's backend calls. */
function bindFunctions(module: BackendWasmModule): BackendWasmModule {
  if (!isEmscripten(module)) throw new TypeError('The wasm module exports no cwrap or malloc.');
  const allocate = module['_malloc'];
  // tfjs takes the null address that a full heap answers for memory, and writes there.
  module['_malloc'] = (byteCount) => {
    const address = allocate(byteCount);
    if (address === 0 && byteCount > 0)
      throw new RangeError(`wasm: out of memory for ${byteCount} bytes`);
    return address;
  };
  module.tfjs = {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  };
  return module;
}

/**
 * Starts tfjs's module without threads of its own: what takes long is done by our kernels, which have
 * theirs, and each thread is a worker that must start.
 * @throws Error if a part cannot be fetched or compiled
 */
async function startModule(parts: WasmParts, files: WasmFiles): Promise<BackendWasmModule> {
  const createModule = await parts.createModule;
  const settings = {
    // See `wasmThreadPool` in `scripts/vite-plugins.ts`. The development server starts them all the same.
    threadPoolSize: 0,
    mainScriptUrlOrBlob: files.threadGlue,
    locateFile: () => files.threadScript,
  };
  return withOneThread(
    () =>
      new Promise((resolve, reject) => {
        const instantiateWasm = (imports: WebAssembly.Imports, receive: Receive): object => {
          parts.binary
            .then(async (module) => receive(await WebAssembly.instantiate(module, imports), module))
            // Emscripten would wait for ever.
            .catch(reject);
          return {};
        };
        createModule({ ...settings, instantiateWasm })
          .then(bindFunctions)
          .then(resolve, reject);
      }),
  );
}

/** "2 threads, relaxed SIMD" */
function describe(threadCount: number, { simd, relaxed }: SimdFeatures): string {
  const vectors = relaxed ? ', relaxed SIMD' : simd ? ', SIMD' : '';
  return `${threadCount} ${threadCount === 1 ? 'thread' : 'threads'}${vectors}`;
}

/**
 * The WebAssembly backend: with threads and SIMD where the page is cross-origin isolated, with SIMD
 * else, plain where the browser has none. With SIMD our own kernels stand before tfjs's.
 * @throws Error if a module cannot be fetched or compiled
 */
export async function startWasm(files: WasmFiles): Promise<RunningBackend> {
  const parts = takeWasmParts(files);
  const { features, threadCount } = parts;
  // They start while the modules are compiled.
  const threads = startThreads(threadCount - 1);
  try {
    const { backend, runner } = await startOn(parts, files, threads);
    await installBackend('wasm', backend);
    return {
      info: { name: 'wasm', detail: describe(threadCount, features), softwareAdapter: false },
      lost: new Promise(() => {}),
      takeDeviceError: () => null,
      dispose: () => {
        runner?.dispose();
        removeBackend('wasm');
      },
    };
  } catch (error) {
    for (const { worker } of threads) worker.terminate();
    throw error;
  }
}

async function startOn(
  parts: WasmParts,
  files: WasmFiles,
  threads: readonly KernelThread[],
): Promise<{ backend: BackendWasm; runner: KernelRunner | null }> {
  const [{ BackendWasm }, module, kernels] = await Promise.all([
    parts.backend,
    startModule(parts, files),
    parts.kernels,
  ]);
  const backend = new BackendWasm(module);
  if (kernels === null) return { backend, runner: null };
  const heap = heapOf(backend);
  const runner =
    threads.length === 0
      ? new SingleThread(kernels, heap)
      : await ThreadPool.start(kernels, heap, threads);
  installKernels(backend, runner);
  return { backend, runner };
}
