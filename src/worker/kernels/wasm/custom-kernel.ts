import { type KernelFunc, getKernel, registerKernel } from '@tensorflow/tfjs-core';

import { kernelsOf } from './wasm-kernels.ts';
import type { Attempt } from './override.ts';

/** Registers a kernel for the wasm backend, once. */
export function registerCustomKernel(kernelName: string, compute: Attempt): void {
  if ((getKernel(kernelName, 'wasm') ?? null) !== null) return;
  const kernelFunc: KernelFunc = (call) => {
    const kernels = kernelsOf(call.backend);
    const result = kernels === null ? null : compute(kernels, call);
    if (result === null) throw new TypeError(`${kernelName} cannot compute this.`);
    return result;
  };
  registerKernel({ kernelName, backendName: 'wasm', kernelFunc });
}
