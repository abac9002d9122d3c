import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { BatchMatMul, _FusedMatMul } from '@tensorflow/tfjs-core';

import { batchMatMul, fusedMatMul } from './matrix-product.ts';
import { overrideKernel } from './override.ts';
import { type WasmKernels, attachKernels } from './wasm-kernels.ts';

/**
 * Gives a wasm backend our kernels in place of tfjs's own, wherever they can do the work.
 * @param module a build for this browser, for shared memory if the backend's is shared
 */
export function installKernels(backend: BackendWasm, module: WebAssembly.Module): WasmKernels {
  overrideKernel(BatchMatMul, batchMatMul);
  overrideKernel(_FusedMatMul, fusedMatMul);
  return attachKernels(backend, module);
}
