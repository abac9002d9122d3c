/** What a backend needs first, asked for as soon as the page's wish is known. */
import type { BackendRequest } from '../../engine/protocol.ts';
import { isSoftwareAdapter } from './adapter.ts';
import { askForAdapterAhead } from './gpu-adapter.ts';
import { wasmFiles } from './wasm-files.ts';
import { loadWasmAhead } from './wasm-parts.ts';

/**
 * Begins what the start of a backend will ask for: the adapter, and, as soon as it is known that wasm
 * will run, its modules. The start itself takes these up and tells what went wrong.
 */
export function prepareBackend({ forced, allowSoftwareAdapter }: BackendRequest): void {
  if (forced === 'wasm') loadWasmAhead(wasmFiles);
  if (forced === 'wasm' || forced === 'cpu') return;
  void askForAdapterAhead().then((adapter) => {
    const isUsable = adapter !== null && (allowSoftwareAdapter || !isSoftwareAdapter(adapter.info));
    if (forced === null && !isUsable) loadWasmAhead(wasmFiles);
  });
}
