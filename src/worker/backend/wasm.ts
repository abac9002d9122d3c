import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { BackendWasmModule } from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import { installKernels } from '../kernels/wasm/install-kernels.ts';
import {
  type SimdFeatures,
  chooseKernelFile,
  simdFeatures,
} from '../kernels/wasm/kernel-module.ts';
import { type KernelRunner, SingleThread } from '../kernels/wasm/kernel-runner.ts';
import { ThreadPool } from '../kernels/wasm/thread-pool.ts';
import { heapOf } from '../kernels/wasm/wasm-heap.ts';
import type { RunningBackend, WasmFiles } from './backend.ts';
import { removeBackend, installBackend } from './register.ts';

/** Shared memory is there only in a cross-origin isolated context. */
function hasThreads(): boolean {
  return typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated;
}

/**
 * How many threads to use, at most the four of tfjs. Up to four cores all of them are used; above,
 * half of them, since most processors count two threads to a core, or have slow cores beside the
 * fast ones.
 * @param coreCount `navigator.hardwareConcurrency`
 */
export function threadCountFor(coreCount: number): number {
  return coreCount <= 4 ? Math.max(1, coreCount) : Math.min(4, Math.ceil(coreCount / 2));
}

/**
 * Runs `start` while `navigator.hardwareConcurrency` reads as twice the wanted thread count.
 *
 * tfjs 4.22 makes its thread pool in a static constructor, from half the cores, so that two cores
 * give one thread; the count given to `setThreadsCount` comes too late and is ignored
 * (`tfjs-backend-wasm/src/cc/backend.cc`). The property is the pool's only other input.
 */
async function withThreadCount<T>(threadCount: number, start: () => Promise<T>): Promise<T> {
  Object.defineProperty(navigator, 'hardwareConcurrency', {
    value: 2 * threadCount,
    configurable: true,
  });
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
 * Starts the wasm module. tfjs's own start turns the threads' glue into source with
 * `Function.toString()` and runs that from a blob, which a minifier breaks and the content security
 * policy forbids; here each thread imports the package's own file.
 */
async function startModule(
  files: WasmFiles,
  threadCount: number,
  simd: boolean,
): Promise<BackendWasmModule> {
  if (threadCount === 1) {
    const { default: createModule } =
      await import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js');
    const binary = simd ? files.simd : files.plain;
    return bindFunctions(await createModule({ locateFile: () => binary }));
  }
  const { default: createModule } =
    await import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js');
  const settings = {
    // The calling thread works, too. See `wasmThreadPool` in `scripts/vite-plugins.ts`.
    threadPoolSize: threadCount - 1,
    mainScriptUrlOrBlob: files.threadGlue,
    locateFile: (path: string) =>
      path.endsWith('.wasm') ? files.threadedSimd : files.threadScript,
  };
  const module = await withThreadCount(threadCount, () => createModule(settings));
  return bindFunctions(module);
}

/** Our kernels, compiled; null where there is no SIMD, which they are made of. */
async function compileKernels(
  { kernels }: WasmFiles,
  features: SimdFeatures,
  isShared: boolean,
): Promise<WebAssembly.Module | null> {
  const file = chooseKernelFile(features, isShared);
  if (file === null) return null;
  const response = await fetch(kernels[file], { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`The kernels could not be fetched: ${response.status}.`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** Our kernels' threads, as many as tfjs's: while the ones work, the others sleep. */
function startRunner(
  backend: BackendWasm,
  kernels: WebAssembly.Module,
  threadCount: number,
): KernelRunner | Promise<KernelRunner> {
  const heap = heapOf(backend);
  return threadCount === 1
    ? new SingleThread(kernels, heap)
    : ThreadPool.start(kernels, heap, threadCount);
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
  const features = simdFeatures();
  const { simd } = features;
  // tfjs has no threads without SIMD.
  const threadCount = simd && hasThreads() ? threadCountFor(navigator.hardwareConcurrency) : 1;
  const [{ BackendWasm, getThreadsCount }, module, kernels] = await Promise.all([
    import('./tfjs-wasm.ts'),
    startModule(files, threadCount, simd),
    compileKernels(files, features, threadCount > 1),
  ]);
  const backend = new BackendWasm(module);
  const runner = kernels === null ? null : await startRunner(backend, kernels, threadCount);
  if (runner !== null) installKernels(backend, runner);
  await installBackend('wasm', backend);
  return {
    info: { name: 'wasm', detail: describe(getThreadsCount(), features), softwareAdapter: false },
    lost: new Promise(() => {}),
    takeDeviceError: () => null,
    dispose: () => {
      runner?.dispose();
      removeBackend('wasm');
    },
  };
}
