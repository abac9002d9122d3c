/** Our own kernels beside a started wasm backend of tfjs. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

import { type KernelRunner, Scratch } from './kernel-runner.ts';
import { PackedFactors } from './packed-factors.ts';
import { heapOf } from './wasm-heap.ts';

export interface WasmKernels {
  readonly backend: BackendWasm;
  readonly memory: WebAssembly.Memory;
  readonly runner: KernelRunner;
  readonly factors: PackedFactors;
  /** For a left factor that must be transposed first. */
  readonly transposed: Scratch;
  /** For a ViT's block: what lies between its phases, and what its threads are told. */
  readonly layer: { readonly projected: Scratch; readonly context: Scratch; readonly job: Scratch };
}

const kernelsByBackend = new WeakMap<object, WasmKernels>();

/** Makes kernels ready for a backend. */
export function attachKernels(backend: BackendWasm, runner: KernelRunner): WasmKernels {
  const heap = heapOf(backend);
  const factors = new PackedFactors(heap, runner);
  factors.watch(backend);
  const scratch = (): Scratch => new Scratch(heap);
  const kernels = {
    backend,
    memory: heap.memory,
    runner,
    factors,
    transposed: scratch(),
    layer: { projected: scratch(), context: scratch(), job: scratch() },
  };
  kernelsByBackend.set(backend, kernels);
  return kernels;
}

/** The kernels of a backend; null where tfjs's own must do. */
export function kernelsOf(backend: object): WasmKernels | null {
  return kernelsByBackend.get(backend) ?? null;
}

/** Runs `compute` with tfjs's own kernels alone: what ours are compared with. */
export function withoutKernels<T>(backend: object, compute: () => T): T {
  const kernels = kernelsByBackend.get(backend);
  kernelsByBackend.delete(backend);
  try {
    return compute();
  } finally {
    if (kernels !== undefined) kernelsByBackend.set(backend, kernels);
  }
}
