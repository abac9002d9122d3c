import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { BatchMatMul, Softmax, _FusedMatMul } from '@tensorflow/tfjs-core';

import { GELU, LAYER_NORM, LINEAR, ONE_QUERY, SELF_ATTENTION } from '../custom-kernel.ts';
import { oneQueryAttention, selfAttention } from './attention.ts';
import { gelu } from './gelu.ts';
import { type Teamwork, equip } from './kernel-backend.ts';
import { layerNorm } from './layer-norm.ts';
import { batchMatMul, fusedMatMul, linear } from './matrix-product.ts';
import { addKernel, overrideKernel } from './override.ts';
import { softmax } from './softmax.ts';

/**
 * Gives a WebGPU backend our kernels: in place of tfjs's own wherever they can do the work, and beside
 * them under names of our own. They keep within the limits that every adapter has.
 */
export function installKernels(backend: WebGPUBackend, teamwork: Teamwork): void {
  overrideKernel(BatchMatMul, batchMatMul);
  overrideKernel(_FusedMatMul, fusedMatMul);
  overrideKernel(Softmax, softmax);
  addKernel(LINEAR, linear);
  addKernel(LAYER_NORM, layerNorm);
  addKernel(GELU, gelu);
  addKernel(SELF_ATTENTION, selfAttention);
  addKernel(ONE_QUERY, oneQueryAttention);
  equip(backend, teamwork);
}
