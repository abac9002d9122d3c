import type { BackendInfo } from '../../engine/protocol.ts';
import type { KernelFiles } from '../kernels/wasm/kernel-module.ts';

/** A tfjs backend that has started and is in use. */
export interface RunningBackend {
  readonly info: BackendInfo;
  /** Settles with the reason when the device is lost; never for a backend that cannot be lost. */
  readonly lost: Promise<string>;
  /**
   * The first error that the device reported outside any call since the last time this was asked.
   * WebGPU answers nothing when a command fails: what was computed since is not to be trusted.
   */
  readonly takeDeviceError: () => Error | null;
  /** Removes the backend from tfjs. Its tensors are gone. */
  readonly dispose: () => void;
}

/** Where the files of the wasm backend lie. */
export interface WasmFiles {
  readonly plain: string;
  readonly simd: string;
  readonly threadedSimd: string;
  /** Emscripten's glue as a classic script, which each thread imports. */
  readonly threadGlue: string;
  /** The script that a thread starts with. */
  readonly threadScript: string;
  readonly kernels: KernelFiles;
}
