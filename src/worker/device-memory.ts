import type { BackendName } from '../engine/protocol.ts';
import { bytesInWords } from '../math/format-size.ts';

/** What a device has for a model, and what says so. */
export interface DeviceMemory {
  readonly bytes: number;
  /** For the person. */
  readonly because: string;
}

/** What a model will run on. */
export interface Device {
  /** Null before any backend has started. */
  readonly backend: BackendName | null;
  /** Null where nothing says how much there is. */
  readonly memory: DeviceMemory | null;
  /** What the attention that is kept may take. */
  readonly attentionBytes: number;
}

/** What a WebAssembly module with addresses of 32 bits can hold. */
const WASM_BYTES = 2 ** 32;

/**
 * @param deviceBytes `navigator.deviceMemory` in bytes, which browsers round; null where they do not
 *   tell
 */
export function deviceMemory(
  backend: BackendName,
  deviceBytes: number | null,
): DeviceMemory | null {
  const device =
    deviceBytes === null ? null : { bytes: deviceBytes, because: deviceWords(deviceBytes) };
  if (backend !== 'wasm' || (device !== null && device.bytes < WASM_BYTES)) return device;
  return { bytes: WASM_BYTES, because: 'WebAssembly holds 4.3 GB' };
}

function deviceWords(bytes: number): string {
  return `The browser says that this device has ${bytesInWords(bytes)}`;
}
