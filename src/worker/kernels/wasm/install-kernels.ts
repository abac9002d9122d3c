import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { BatchMatMul, Slice, Softmax, _FusedMatMul } from '@tensorflow/tfjs-core';

import {
  GELU,
  LAYER_NORM,
  ONE_QUERY,
  SELF_ATTENTION,
  SET_ATTENTION,
  VIT_LAYER,
} from '../custom-kernel.ts';
import { oneQueryAttention, selfAttention } from './attention-kernels.ts';
import { registerCustomKernel } from './custom-kernel.ts';
import type { KernelRunner } from './kernel-runner.ts';
import { batchMatMul, fusedMatMul } from './matrix-product.ts';
import { overrideKernel } from './override.ts';
import { gelu, layerNorm, softmax } from './row-kernels.ts';
import { slice } from './slice.ts';
import { vitLayer } from './vit-layer-kernel.ts';
import { type WasmKernels, attachKernels } from './wasm-kernels.ts';

/**
 * Gives a wasm backend our kernels: in place of tfjs's own wherever they can do the work, and beside
 * them under names of our own.
 * @param runner for the backend's memory
 */
export function installKernels(backend: BackendWasm, runner: KernelRunner): WasmKernels {
  overrideKernel(BatchMatMul, batchMatMul);
  overrideKernel(_FusedMatMul, fusedMatMul);
  overrideKernel(Softmax, softmax);
  overrideKernel(Slice, slice);
  registerCustomKernel(LAYER_NORM, layerNorm);
  registerCustomKernel(GELU, gelu);
  registerCustomKernel(SELF_ATTENTION, selfAttention);
  registerCustomKernel(SET_ATTENTION, selfAttention);
  registerCustomKernel(ONE_QUERY, oneQueryAttention);
  registerCustomKernel(VIT_LAYER, vitLayer);
  return attachKernels(backend, runner);
}
