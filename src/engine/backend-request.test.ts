import { describe, expect, it } from 'vitest';
import { readBackendRequest, writeBackendRequest } from './backend-request.ts';

describe('readBackendRequest', () => {
  it('takes known backends and nothing else', () => {
    expect(readBackendRequest('?backend=webgpu&software=1')).toEqual({
      forced: 'webgpu',
      allowSoftwareAdapter: true,
    });
    expect(readBackendRequest('?backend=constructor&software=yes')).toEqual({
      forced: null,
      allowSoftwareAdapter: false,
    });
  });

  it('reads what was written', () => {
    for (const forced of ['webgpu', 'wasm', 'cpu', null] as const)
      for (const allowSoftwareAdapter of [true, false]) {
        const request = { forced, allowSoftwareAdapter };
        expect(readBackendRequest(writeBackendRequest(request))).toEqual(request);
      }
  });
});
