/** Our kernels among tfjs's: in place of one where they can do its work, or beside them. */
import {
  type KernelFunc,
  getKernel,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

import { teamworkOf } from './kernel-backend.ts';
import type { KernelContext } from './program.ts';

type Call = Parameters<KernelFunc>[0];

/** Computes a call, or answers null for one that is left to plain operations. */
export type Compute = (context: KernelContext, call: Call) => ReturnType<KernelFunc> | null;

const BACKEND = 'webgpu';
const installed = new Set<string>();

/**
 * Puts a kernel before tfjs's own of the same name, which stays for what the new one leaves to it.
 * @throws Error if the WebGPU backend's package has not been imported
 */
export function overrideKernel(kernelName: string, compute: Compute): void {
  if (installed.has(kernelName)) return;
  const original = getKernel(kernelName, BACKEND) ?? null;
  if (original === null) throw new Error(`tfjs has no WebGPU kernel ${kernelName}.`);
  installed.add(kernelName);
  // Taken away first: tfjs warns of a second one under the same name.
  unregisterKernel(kernelName, BACKEND);
  registerKernel({
    ...original,
    kernelFunc: (call) => attempt(compute, call) ?? original.kernelFunc(call),
  });
}

/** Registers a kernel under a name of ours. */
export function addKernel(kernelName: string, compute: Compute): void {
  if (installed.has(kernelName)) return;
  installed.add(kernelName);
  const kernelFunc: KernelFunc = (call) => {
    const result = attempt(compute, call);
    if (result === null) throw new TypeError(`${kernelName} cannot compute this.`);
    return result;
  };
  registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
}

function attempt(compute: Compute, call: Call): ReturnType<KernelFunc> | null {
  const teamwork = teamworkOf(call.backend);
  if (teamwork === null || !isWebGpu(call.backend)) return null;
  return compute({ backend: call.backend, teamwork }, call);
}

function isWebGpu(backend: unknown): backend is WebGPUBackend {
  return typeof backend === 'object' && backend !== null && 'runWebGPUProgram' in backend;
}
