/** Kernels that tfjs has no name for: fused forms of several of its operations. */
import {
  type KernelFunc,
  type NamedAttrMap,
  type Tensor,
  backend,
  engine,
  getKernel,
  registerKernel,
} from '@tensorflow/tfjs-core';

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

/** Whether the backend in use has our kernels; where not, plain operations do. */
export function hasCustomKernels(): boolean {
  return kernelsOf(backend()) !== null;
}

/** Runs a kernel. The caller says what it gives: one tensor, or several. */
export function runCustomKernel<T extends Tensor | Tensor[]>(
  kernelName: string,
  inputs: Record<string, Tensor>,
  attributes: NamedAttrMap = {},
): T {
  return engine().runKernel<T>(kernelName, inputs, attributes);
}
