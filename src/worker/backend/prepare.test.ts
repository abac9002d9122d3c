import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeAdapter } from './gpu-adapter.ts';
import { prepareBackend } from './prepare.ts';
import { loadWasmAhead } from './wasm-parts.ts';

vi.mock('./wasm-files.ts', () => ({ wasmFiles: {} }));
vi.mock('./wasm-parts.ts', () => ({ loadWasmAhead: vi.fn<() => void>() }));

const hardware = { info: { vendor: 'acme', architecture: '', device: '', description: '' } };
const software = { info: { ...hardware.info, description: 'SwiftShader' } };

let requestAdapter: ReturnType<typeof vi.fn<() => Promise<unknown>>>;

beforeEach(() => {
  requestAdapter = vi.fn<() => Promise<unknown>>().mockResolvedValue(hardware);
  vi.stubGlobal('navigator', { gpu: { requestAdapter } });
  vi.mocked(loadWasmAhead).mockClear();
});

afterEach(async () => {
  // Nothing asked for ahead is left to the next test.
  await takeAdapter().catch(() => null);
  vi.unstubAllGlobals();
});

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe('prepareBackend', () => {
  it('loads wasm without asking for an adapter where wasm is forced', () => {
    prepareBackend({ forced: 'wasm', allowSoftwareAdapter: false });
    expect(loadWasmAhead).toHaveBeenCalledOnce();
    expect(requestAdapter).not.toHaveBeenCalled();
  });

  it('asks for nothing where neither will be used', async () => {
    prepareBackend({ forced: 'cpu', allowSoftwareAdapter: false });
    await settled();
    expect(loadWasmAhead).not.toHaveBeenCalled();
    expect(requestAdapter).not.toHaveBeenCalled();
  });

  it('asks for the adapter once, which the start then takes, and loads no wasm beside it', async () => {
    prepareBackend({ forced: null, allowSoftwareAdapter: false });
    await settled();
    expect(await takeAdapter()).toBe(hardware);
    expect(requestAdapter).toHaveBeenCalledOnce();
    expect(loadWasmAhead).not.toHaveBeenCalled();
    // An adapter makes one device.
    await takeAdapter();
    expect(requestAdapter).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['there is none', () => Promise.resolve(null)],
    ['it computes on the processor', () => Promise.resolve(software)],
    ['it cannot be asked for', () => Promise.reject(new Error('lost'))],
  ])('loads wasm as soon as the answer for an adapter is that %s', async (_, answer) => {
    requestAdapter.mockImplementation(answer);
    prepareBackend({ forced: null, allowSoftwareAdapter: false });
    await settled();
    expect(loadWasmAhead).toHaveBeenCalledOnce();
  });

  it('keeps to a software adapter that is allowed, and to WebGPU that is forced', async () => {
    requestAdapter.mockResolvedValue(software);
    prepareBackend({ forced: null, allowSoftwareAdapter: true });
    await settled();
    await takeAdapter();
    prepareBackend({ forced: 'webgpu', allowSoftwareAdapter: false });
    await settled();
    expect(loadWasmAhead).not.toHaveBeenCalled();
  });
});
