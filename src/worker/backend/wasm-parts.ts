/**
 * What the wasm backend is made of: scripts and modules, all fetched at once, and before the engine's
 * own script is there where it is known that they will be needed.
 */
import {
  chooseKernelFile,
  type SimdFeatures,
  simdFeatures,
} from '../kernels/wasm/kernel-module.ts';
import type { WasmFiles } from './backend.ts';

export interface WasmParts {
  readonly features: SimdFeatures;
  /** With the calling one. */
  readonly threadCount: number;
  readonly backend: Promise<typeof import('./tfjs-wasm.ts')>;
  /** Makes tfjs's module out of `binary`. */
  readonly createModule: Promise<
    typeof import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js').default
  >;
  readonly binary: Promise<WebAssembly.Module>;
  /** Our kernels; null where there is no SIMD, which they are made of. */
  readonly kernels: Promise<WebAssembly.Module | null>;
}

let ahead: WasmParts | null = null;

/** Shared memory is there only in a cross-origin isolated context. */
function hasThreads(): boolean {
  return typeof SharedArrayBuffer === 'function' && globalThis.crossOriginIsolated;
}

/**
 * How many threads to use, at most four. Up to four cores all of them are used; above, half of them,
 * since most processors count two threads to a core, or have slow cores beside the fast ones.
 * @param coreCount `navigator.hardwareConcurrency`
 */
export function threadCountFor(coreCount: number): number {
  return coreCount <= 4 ? Math.max(1, coreCount) : Math.min(4, Math.ceil(coreCount / 2));
}

/** @throws Error if the file cannot be fetched or compiled */
async function compile(file: string): Promise<WebAssembly.Module> {
  const response = await fetch(file, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${file} could not be fetched: ${response.status}.`);
  // While it arrives, where the server gives it the type that this asks for.
  const isNamedWasm = response.headers.get('content-type')?.startsWith('application/wasm') === true;
  return isNamedWasm
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

function load(files: WasmFiles): WasmParts {
  const features = simdFeatures();
  const { simd } = features;
  // tfjs has no shared memory without SIMD.
  const threadCount = simd && hasThreads() ? threadCountFor(navigator.hardwareConcurrency) : 1;
  const isShared = threadCount > 1;
  const kernelFile = chooseKernelFile(features, isShared);
  const glue = isShared
    ? import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js')
    : import('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js');
  const parts = {
    features,
    threadCount,
    binary: compile(isShared ? files.threadedSimd : simd ? files.simd : files.plain),
    kernels: kernelFile === null ? Promise.resolve(null) : compile(files.kernels[kernelFile]),
    createModule: glue.then((module) => module.default),
    backend: import('./tfjs-wasm.ts'),
  };
  // Awaited by the backend's start; a failure before that is not unhandled.
  for (const part of [parts.binary, parts.kernels, parts.createModule, parts.backend])
    part.catch(() => undefined);
  return parts;
}

/** Begins to load the parts that `takeWasmParts` gives next. */
export function loadWasmAhead(files: WasmFiles): void {
  ahead ??= load(files);
}

/** The parts that were loaded ahead, or new ones. Each of them rejects if it cannot be had. */
export function takeWasmParts(files: WasmFiles): WasmParts {
  const parts = ahead ?? load(files);
  ahead = null;
  return parts;
}
