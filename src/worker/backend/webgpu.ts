import { HeedFailure, fail } from '../failure.ts';
import { describeAdapter, isSoftwareAdapter } from './adapter.ts';
import type { RunningBackend } from './backend.ts';
import { takeAdapter } from './gpu-adapter.ts';
import { removeBackend, installBackend } from './register.ts';
import { submitSeldom } from './webgpu-submits.ts';

/** Limits that tfjs's kernels want as high as the adapter has them. */
const wantedLimits = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

async function requestAdapter(): Promise<GPUAdapter> {
  if (!('gpu' in navigator)) return fail('backend-unavailable', 'This browser has no WebGPU.');
  const adapter = await takeAdapter();
  if (adapter === null) return fail('backend-unavailable', 'WebGPU found no graphics adapter.');
  return adapter;
}

function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const { limits } = adapter;
  return adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: Object.fromEntries(wantedLimits.map((name) => [name, limits[name]])),
  });
}

/** The first error of the device outside any call. */
function watchErrors(device: GPUDevice): () => Error | null {
  let first: Error | null = null;
  device.addEventListener('uncapturederror', ({ error }) => {
    first ??=
      error instanceof GPUOutOfMemoryError
        ? new HeedFailure({
            code: 'out-of-memory',
            message: 'The graphics memory is full.',
            detail: error.message,
          })
        : new Error(`WebGPU: ${error.message}`);
  });
  return () => {
    const error = first;
    first = null;
    return error;
  };
}

/** The reason for a loss, once it comes, unless `dispose` was the reason. */
async function lossOf(device: GPUDevice, isDisposed: () => boolean): Promise<string> {
  const { reason, message } = await device.lost;
  // A device that was given up on purpose is never lost.
  if (isDisposed()) return new Promise(() => {});
  return message || reason;
}

/**
 * The WebGPU backend. The device is requested here and not by tfjs, so that its loss and its errors
 * can be watched and its adapter judged before it is used.
 * @throws HeedFailure `backend-unavailable` without WebGPU, without an adapter, or with a
 * software adapter where none is allowed
 */
export async function startWebGpu(allowSoftwareAdapter: boolean): Promise<RunningBackend> {
  const adapter = await requestAdapter();
  const softwareAdapter = isSoftwareAdapter(adapter.info);
  const detail = describeAdapter(adapter.info);
  if (softwareAdapter && !allowSoftwareAdapter) {
    fail('backend-unavailable', `WebGPU's only adapter computes on the processor (${detail}).`);
  }
  const device = await requestDevice(adapter);
  const takeDeviceError = watchErrors(device);
  let disposed = false;
  const lost = lossOf(device, () => disposed);
  const [{ WebGPUBackend }, { installKernels }] = await Promise.all([
    import('./tfjs-webgpu.ts'),
    import('../kernels/webgpu/install-kernels.ts'),
  ]);
  const backend = new WebGPUBackend(device, adapter.info);
  submitSeldom(backend);
  await installBackend('webgpu', backend);
  installKernels(backend, softwareAdapter ? 'alone' : 'together');
  return {
    info: { name: 'webgpu', detail, softwareAdapter },
    lost,
    takeDeviceError,
    dispose: () => {
      disposed = true;
      removeBackend('webgpu');
      device.destroy();
    },
  };
}
