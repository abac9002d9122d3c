import type { RunningBackend } from './backend.ts';
import { removeBackend, installBackend } from './register.ts';

/** Plain JavaScript: slow, and there wherever Heed is. */
export async function startCpu(): Promise<RunningBackend> {
  const { MathBackendCPU } = await import('./tfjs-cpu.ts');
  await installBackend('cpu', new MathBackendCPU());
  return {
    info: { name: 'cpu', detail: 'JavaScript, 1 thread', softwareAdapter: false },
    lost: new Promise(() => {}),
    takeDeviceError: () => null,
    dispose: () => removeBackend('cpu'),
  };
}
