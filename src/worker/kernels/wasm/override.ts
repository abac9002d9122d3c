import {
  type KernelFunc,
  getKernel,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';

import { type WasmKernels, kernelsOf } from './wasm-kernels.ts';

type Call = Parameters<KernelFunc>[0];

/** Computes a call, or answers null for one that is left to tfjs. */
export type Attempt = (kernels: WasmKernels, call: Call) => ReturnType<KernelFunc> | null;

const overridden = new Set<string>();

/**
 * Puts a kernel before tfjs's own of the same name, which stays for what the new one leaves to it and
 * for backends without our module.
 * @throws Error if the wasm backend's package has not been imported
 */
export function overrideKernel(kernelName: string, attempt: Attempt): void {
  if (overridden.has(kernelName)) return;
  overridden.add(kernelName);
  const original = getKernel(kernelName, 'wasm');
  if (original === undefined || original === null)
    throw new Error(`tfjs has no wasm kernel ${kernelName}.`);
  // Taken away first: tfjs warns of a second one under the same name.
  unregisterKernel(kernelName, 'wasm');
  registerKernel({
    ...original,
    kernelFunc: (call) => {
      const kernels = kernelsOf(call.backend);
      return (kernels === null ? null : attempt(kernels, call)) ?? original.kernelFunc(call);
    },
  });
}
