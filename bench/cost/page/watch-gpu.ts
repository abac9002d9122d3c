import type { GpuCalls } from './cost.d.ts';
import { watch } from './watch.ts';

/**
 * Counts what is asked of the GPU from here on, whoever asks.
 * @returns what was asked since it was called last
 */
export function watchGpu(): () => GpuCalls {
  let [dispatchCount, submitCount, readBytes] = [0, 0, 0];
  for (const name of ['dispatchWorkgroups', 'dispatchWorkgroupsIndirect'])
    watch(GPUComputePassEncoder.prototype, name, () => (dispatchCount += 1));
  watch(GPUQueue.prototype, 'submit', () => (submitCount += 1));
  watch(GPUBuffer.prototype, 'mapAsync', (self, [mode, offset = 0, size]) => {
    if (!(self instanceof GPUBuffer) || mode !== GPUMapMode.READ) return;
    readBytes += typeof size === 'number' ? size : self.size - Number(offset);
  });
  return () => {
    const calls = { dispatchCount, submitCount, readBytes };
    [dispatchCount, submitCount, readBytes] = [0, 0, 0];
    return calls;
  };
}
