/** Kernels that tfjs has no name for: fused forms of several of its operations. */
import {
  type NamedAttrMap,
  type Tensor,
  backend,
  engine,
  getBackend,
  getKernel,
} from '@tensorflow/tfjs-core';

import { kernelsOf } from './wasm/wasm-kernels.ts';
import { teamworkOf } from './webgpu/kernel-backend.ts';

/** The names of our kernels. A backend may have some of them. */
/**
 * `x`: [rows, in]; `weight`: [in, out]; `bias`: [out] and `added`: [rows, out], unless absent. Gives
 * x · weight + bias + added, or its GELU with the attribute `activation` 'gelu'.
 */
export const LINEAR = 'HeedLinear';
export const LAYER_NORM = 'HeedLayerNorm';
export const GELU = 'HeedGelu';
export const SELF_ATTENTION = 'HeedSelfAttention';
/** The same of several sets of tokens, and of their first tokens as queries alone. */
export const SET_ATTENTION = 'HeedSetAttention';
export const VIT_LAYER = 'HeedVitLayer';
export const ONE_QUERY = 'HeedOneQueryAttention';

/** Whether the backend in use has a kernel of ours; where not, plain operations do. */
export function hasKernel(kernelName: string): boolean {
  const current = backend();
  if (kernelsOf(current) === null && teamworkOf(current) === null) return false;
  return (getKernel(kernelName, getBackend()) ?? null) !== null;
}

/** Runs a kernel. The caller says what it gives: one tensor, or several. */
export function runKernel<T extends Tensor | Tensor[]>(
  kernelName: string,
  inputs: Record<string, Tensor>,
  attributes: NamedAttrMap = {},
): T {
  return engine().runKernel<T>(kernelName, inputs, attributes);
}
