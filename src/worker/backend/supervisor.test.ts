import { describe, expect, it } from 'vitest';
import type { BackendName } from '../../engine/protocol.ts';
import { fail } from '../failure.ts';
import { startFakeBackend, type FakeBackend } from './fake-backend.ts';
import { BackendSupervisor } from './supervisor.ts';

const forever = new AbortController().signal;

function setUp() {
  const started: FakeBackend[] = [];
  const log: string[] = [];
  const broken = new Set<BackendName>();
  const clock = { ms: 0 };
  const restored = { fails: null as string | null };
  const starter = (name: BackendName) => async () => {
    if (broken.has(name)) fail('backend-unavailable', `No ${name} here.`);
    const backend = await startFakeBackend(name);
    started.push(backend);
    return backend;
  };
  const supervisor = new BackendSupervisor({
    starters: { webgpu: starter('webgpu'), wasm: starter('wasm'), cpu: starter('cpu') },
    now: () => clock.ms,
    release: () => log.push('release'),
    restore: async () => {
      log.push('restore');
      if (restored.fails !== null) fail('network', restored.fails);
    },
    onRecovered: ({ name }, reason) => log.push(`recovered ${name}: ${reason}`),
  });
  const last = (): FakeBackend => {
    const backend = started.at(-1);
    if (backend === undefined) throw new Error('nothing was started');
    return backend;
  };
  return { supervisor, last, log, broken, clock, restored };
}

const automatic = { forced: null, allowSoftwareAdapter: false };
const nothing = async (): Promise<void> => {};

async function trap(): Promise<never> {
  throw new WebAssembly.RuntimeError('unreachable');
}

function never(): Promise<never> {
  return new Promise(() => {});
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  const error: unknown = await promise.then(
    () => null,
    (error: unknown) => error,
  );
  return error instanceof Error && 'failure' in error ? error.failure : error;
}

describe('BackendSupervisor', () => {
  it('refuses work before the start', async () => {
    const { supervisor } = setUp();
    expect(await codeOf(supervisor.guard(forever, nothing))).toMatchObject({ code: 'bad-request' });
  });

  it('lets work wait for a start that is under way, and tells it of one that fails', async () => {
    const { supervisor, broken } = setUp();
    const started = supervisor.start(automatic);
    expect(await supervisor.guard(forever, async () => 'done')).toBe('done');
    await started;
    for (const name of ['webgpu', 'wasm', 'cpu'] as const) broken.add(name);
    const failing = codeOf(supervisor.start(automatic));
    const work = codeOf(supervisor.guard(forever, nothing));
    expect(await work).toMatchObject({ code: 'backend-unavailable' });
    expect(await failing).toMatchObject({ code: 'backend-unavailable' });
  });

  it('ends work on a lost device, which hangs, once another device is ready', async () => {
    const { supervisor, last, log } = setUp();
    await supervisor.start(automatic);
    const lost = last();
    const signals: AbortSignal[] = [];
    const work = supervisor.guard(forever, (signal) => {
      signals.push(signal);
      return never();
    });
    await Promise.resolve();
    lost.lose('the driver crashed');
    expect(await codeOf(work)).toMatchObject({
      code: 'device-lost',
      detail: 'the driver crashed',
    });
    expect(signals[0]?.aborted).toBe(true);
    expect(log).toEqual(['release', 'restore', 'recovered webgpu: the driver crashed']);
    expect(lost.isDisposed()).toBe(true);
    expect(await supervisor.guard(forever, async () => 'works')).toBe('works');
  });

  it('takes an error just before the loss for the loss', async () => {
    const { supervisor, last } = setUp();
    await supervisor.start(automatic);
    const work = supervisor.guard(forever, async () => {
      setTimeout(() => last().lose('gone'), 5);
      throw new DOMException('mapAsync failed', 'AbortError');
    });
    expect(await codeOf(work)).toMatchObject({ code: 'device-lost' });
  });

  it('tells a command that the device aborted from a cancelled call', async () => {
    const { supervisor } = setUp();
    await supervisor.start(automatic);
    const work = supervisor.guard(forever, async () => {
      throw new DOMException('buffer destroyed', 'AbortError');
    });
    expect(String(await codeOf(work))).toContain('The device gave up.');
  });

  it('goes on to the next backend when the replacement is lost soon, even a forced one', async () => {
    const { supervisor, last, log } = setUp();
    await supervisor.start({ ...automatic, forced: 'webgpu' });
    for (const reason of ['first', 'second']) {
      const work = supervisor.guard(forever, never);
      await Promise.resolve();
      last().lose(reason);
      await codeOf(work);
    }
    expect(supervisor.info.name).toBe('wasm');
    expect(log.filter((line) => line.startsWith('recovered'))).toEqual([
      'recovered webgpu: first',
      'recovered wasm: second',
    ]);
  });

  it('recreates a device that is lost now and then', async () => {
    const { supervisor, last, clock } = setUp();
    await supervisor.start(automatic);
    for (let loss = 0; loss < 4; loss += 1) {
      clock.ms += 61_000;
      const work = supervisor.guard(forever, never);
      await Promise.resolve();
      last().lose('sleep');
      await codeOf(work);
    }
    expect(supervisor.info.name).toBe('webgpu');
  });

  it('goes on to the next backend when the lost one does not start again', async () => {
    const { supervisor, last, broken } = setUp();
    await supervisor.start({ ...automatic, forced: 'webgpu' });
    broken.add('webgpu');
    const work = supervisor.guard(forever, never);
    await Promise.resolve();
    last().lose('gone');
    await codeOf(work);
    expect(supervisor.info.name).toBe('wasm');
  });

  it('recovers from a trap of a wasm module', async () => {
    const { supervisor, log } = setUp();
    await supervisor.start({ ...automatic, forced: 'wasm' });
    expect(await codeOf(supervisor.guard(forever, trap))).toMatchObject({ code: 'device-lost' });
    expect(log).toContain('recovered wasm: RuntimeError: unreachable');
  });

  it('says so when the model could not be put back, and keeps the backend', async () => {
    const { supervisor, last, log, restored } = setUp();
    await supervisor.start(automatic);
    restored.fails = 'You are offline.';
    const work = supervisor.guard(forever, never);
    await Promise.resolve();
    last().lose('gone');
    expect(await codeOf(work)).toMatchObject({ code: 'device-lost' });
    expect(log.at(-1)).toBe('recovered webgpu: gone (You are offline.)');
    expect(await supervisor.guard(forever, async () => 1)).toBe(1);
  });

  it('tells why nothing works when no backend starts again', async () => {
    const { supervisor, last, broken } = setUp();
    await supervisor.start(automatic);
    for (const name of ['webgpu', 'wasm', 'cpu'] as const) broken.add(name);
    const work = supervisor.guard(forever, never);
    await Promise.resolve();
    last().lose('gone');
    await codeOf(work);
    expect(await codeOf(supervisor.guard(forever, nothing))).toMatchObject({
      code: 'backend-unavailable',
    });
  });

  it('fails work whose commands the device refused', async () => {
    const { supervisor, last } = setUp();
    await supervisor.start(automatic);
    const work = supervisor.guard(forever, async () => {
      last().deviceError = new Error('WebGPU: buffer too large');
      return 'rubbish';
    });
    expect(String(await codeOf(work))).toContain('buffer too large');
    expect(await supervisor.guard(forever, async () => 'works')).toBe('works');
  });

  it('cancels work with its signal', async () => {
    const { supervisor } = setUp();
    await supervisor.start(automatic);
    const controller = new AbortController();
    const work = supervisor.guard(controller.signal, async (signal) => {
      controller.abort();
      signal.throwIfAborted();
    });
    expect(await codeOf(work)).toMatchObject({ name: 'AbortError' });
  });
});
