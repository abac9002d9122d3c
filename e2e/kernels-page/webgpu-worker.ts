import { installBackend } from '../../src/worker/backend/register.ts';
import { WebGPUBackend } from '../../src/worker/backend/tfjs-webgpu.ts';
import { installKernels } from '../../src/worker/kernels/webgpu/install-kernels.ts';
import type { Teamwork } from '../../src/worker/kernels/webgpu/kernel-backend.ts';
import { type KernelComparison, compareWebGpuKernels } from '../harness/webgpu-kernels.ts';

/** On a device that grants no more than every adapter has. */
async function measure(teamwork: Teamwork): Promise<KernelComparison> {
  const adapter = await navigator.gpu.requestAdapter();
  if (adapter === null) throw new Error('There is no adapter.');
  const device = await adapter.requestDevice();
  const errors: string[] = [];
  device.addEventListener('uncapturederror', ({ error }) => errors.push(error.message));
  const backend = new WebGPUBackend(device, adapter.info);
  await installBackend('webgpu', backend);
  installKernels(backend, teamwork);
  const comparison = await compareWebGpuKernels();
  if (errors.length > 0) throw new Error(errors.join('; '));
  return comparison;
}

self.addEventListener('message', ({ data }: MessageEvent<Teamwork>) => {
  void measure(data).then(
    (comparison) => self.postMessage(comparison, { transfer: [] }),
    (error: unknown) =>
      // Outside the promise, so that it reaches the page as the worker's error.
      setTimeout(() => {
        throw error instanceof Error ? error : new Error(String(error));
      }),
  );
});
