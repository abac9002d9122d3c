/** The graphics adapter, asked for before the engine is there. */

let ahead: Promise<GPUAdapter | null> | null = null;

/** Null where there is no WebGPU, or no adapter for it. */
async function request(): Promise<GPUAdapter | null> {
  if (!('gpu' in navigator)) return null;
  return navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
}

/** Asks for the adapter that `takeAdapter` gives next. Never rejects: that call does. */
export async function askForAdapterAhead(): Promise<GPUAdapter | null> {
  ahead ??= request();
  return ahead.catch(() => null);
}

/** The adapter that was asked for ahead, or a new one: an adapter makes one device. */
export function takeAdapter(): Promise<GPUAdapter | null> {
  const adapter = ahead ?? request();
  ahead = null;
  return adapter;
}
