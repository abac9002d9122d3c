import { describe, expect, it } from 'vitest';
import type { BackendName } from '../../engine/protocol.ts';
import { HeedFailure, fail } from '../failure.ts';
import { startBackend, type BackendStarters } from './choose.ts';
import { startFakeBackend } from './fake-backend.ts';

/** Starters of which some fail, and the names in the order in which they were tried. */
function setUp(broken: readonly BackendName[]) {
  const tried: string[] = [];
  const starter = (name: BackendName) => async (allowSoftwareAdapter: boolean) => {
    tried.push(`${name} ${allowSoftwareAdapter}`);
    if (broken.includes(name)) fail('backend-unavailable', `No ${name} here.`);
    return startFakeBackend(name);
  };
  const starters: BackendStarters = {
    webgpu: starter('webgpu'),
    wasm: starter('wasm'),
    cpu: starter('cpu'),
  };
  return { starters, tried };
}

const automatic = { forced: null, allowSoftwareAdapter: false };

describe('startBackend', () => {
  it('takes the first in order that starts', async () => {
    for (const [broken, name] of [
      [[], 'webgpu'],
      [['webgpu'], 'wasm'],
      [['webgpu', 'wasm'], 'cpu'],
    ] as const) {
      const { starters } = setUp(broken);
      expect((await startBackend(automatic, starters)).info.name).toBe(name);
    }
  });

  it('allows a software adapter when it was asked for, and for a forced backend', async () => {
    const { starters, tried } = setUp([]);
    await startBackend(automatic, starters);
    await startBackend({ ...automatic, allowSoftwareAdapter: true }, starters);
    await startBackend({ ...automatic, forced: 'webgpu' }, starters);
    expect(tried).toEqual(['webgpu false', 'webgpu true', 'webgpu true']);
  });

  it('never puts another backend in the place of a forced one', async () => {
    const { starters, tried } = setUp(['webgpu']);
    const starting = startBackend({ ...automatic, forced: 'webgpu' }, starters);
    await expect(starting).rejects.toThrow(HeedFailure);
    await expect(starting).rejects.toThrow('No webgpu here.');
    expect(tried).toEqual(['webgpu true']);
  });

  it('passes over what has just failed, forced or not', async () => {
    const { starters } = setUp([]);
    const request = { ...automatic, forced: 'webgpu' } as const;
    expect((await startBackend(request, starters, ['webgpu'])).info.name).toBe('wasm');
  });

  it('says all reasons when nothing starts', async () => {
    const { starters } = setUp(['webgpu', 'wasm', 'cpu']);
    const error: unknown = await startBackend(automatic, starters).catch((error: unknown) => error);
    expect(error).toMatchObject({ failure: { code: 'backend-unavailable' } });
    for (const name of ['webgpu', 'wasm', 'cpu'])
      expect(error).toMatchObject({
        failure: { detail: expect.stringContaining(`No ${name} here.`) },
      });
  });
});
