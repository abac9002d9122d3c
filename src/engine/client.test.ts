import { describe, expect, it, vi } from 'vitest';
import { createEngine, type WorkerLike } from './client.ts';
import { CancelledError, EngineError } from './errors.ts';
import type { BackendInfo, EngineEvent, Progress, Reply, Request } from './protocol.ts';

const wasm: BackendInfo = { name: 'wasm', detail: '2 threads, SIMD', softwareAdapter: false };
const startArgs = { forced: null, allowSoftwareAdapter: false };

/** A worker in memory: records what it is told and answers when the test says so. */
class MemoryWorker extends EventTarget implements WorkerLike {
  readonly received: Request[] = [];
  terminated = false;

  readonly postMessage = (message: Request): void => {
    this.received.push(message);
  };

  readonly terminate = (): void => {
    this.terminated = true;
  };

  reply(reply: Reply): void {
    this.dispatchEvent(new MessageEvent('message', { data: reply }));
  }

  crash(message = 'RangeError: out of memory'): void {
    this.dispatchEvent(Object.assign(new Event('error'), { message }));
  }

  get calls(): string[] {
    return this.received.map(({ call }) => call);
  }

  last(): Request {
    const request = this.received.at(-1);
    if (request === undefined) throw new Error('nothing was received');
    return request;
  }
}

/** Lets replies travel through promises. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

function setUp() {
  const workers: MemoryWorker[] = [];
  const events: EngineEvent[] = [];
  const clock = { ms: 0 };
  const engine = createEngine({
    createWorker: () => {
      const worker = new MemoryWorker();
      workers.push(worker);
      return worker;
    },
    onEvent: (event) => events.push(event),
    now: () => clock.ms,
  });
  const worker = (index = workers.length - 1): MemoryWorker => {
    const found = workers[index];
    if (found === undefined) throw new Error(`there is no worker ${index}`);
    return found;
  };
  const start = async () => {
    const started = engine.call('start', startArgs);
    worker().reply({ id: worker().last().id, kind: 'done', call: 'start', value: wasm });
    await started;
  };
  return { engine, workers, worker, events, clock, start };
}

async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await errorOf(promise);
  if (!(error instanceof EngineError)) throw new Error(`expected an EngineError, got ${error}`);
  return error.failure.code;
}

describe('a call', () => {
  it('ends with the value of its own reply', async () => {
    const { engine, worker } = setUp();
    const first = engine.call('start', startArgs);
    const second = engine.call('release', { run: 7 });
    const [startRequest, releaseRequest] = worker().received;
    expect(releaseRequest).toEqual({ id: 2, call: 'release', args: { run: 7 } });
    worker().reply({ id: 2, kind: 'done', call: 'release', value: null });
    worker().reply({ id: startRequest?.id ?? -1, kind: 'done', call: 'start', value: wasm });
    expect(await second).toBeNull();
    expect(await first).toEqual(wasm);
  });

  it('tells progress until it ends, and nothing after', async () => {
    const { engine, worker } = setUp();
    const seen: Progress[] = [];
    const call = engine.call('start', startArgs, { onProgress: (progress) => seen.push(progress) });
    const progress: Progress = { stage: 'backend', done: 0, total: null };
    worker().reply({ id: 1, kind: 'progress', progress });
    worker().reply({ id: 1, kind: 'done', call: 'start', value: wasm });
    worker().reply({ id: 1, kind: 'progress', progress });
    await call;
    expect(seen).toEqual([progress]);
  });

  it('rejects with the failure as data', async () => {
    const { engine, worker } = setUp();
    const call = engine.call('release', { run: 7 });
    const failure = { code: 'unknown-run', message: 'gone', detail: '7' } as const;
    worker().reply({ id: 1, kind: 'failed', failure });
    const error = await errorOf(call);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ failure, message: 'gone' });
  });

  it('is cancelled when the worker says so', async () => {
    const { engine, worker } = setUp();
    const call = engine.call('release', { run: 7 });
    worker().reply({ id: 1, kind: 'cancelled' });
    expect(await errorOf(call)).toBeInstanceOf(CancelledError);
  });

  it('fails where its arguments cannot be sent', async () => {
    const { engine, worker } = setUp();
    vi.spyOn(worker(), 'postMessage').mockImplementation(() => {
      throw new DOMException('no', 'DataCloneError');
    });
    expect(await codeOf(engine.call('release', { run: 7 }))).toBe('bad-request');
  });

  it('fails where the reply belongs to another call', async () => {
    const { engine, worker } = setUp();
    const call = engine.call('release', { run: 7 });
    worker().reply({ id: 1, kind: 'done', call: 'start', value: wasm });
    expect(await codeOf(call)).toBe('internal');
  });
});

describe('aborting', () => {
  it('rejects at once, tells the worker, and drops the late reply', async () => {
    const { engine, worker } = setUp();
    const controller = new AbortController();
    const call = engine.call('release', { run: 7 }, { signal: controller.signal });
    controller.abort();
    const error = await errorOf(call);
    expect(error).toBeInstanceOf(CancelledError);
    expect(error).toMatchObject({ name: 'AbortError' });
    expect(worker().last()).toEqual({ id: 1, call: 'cancel' });
    worker().reply({ id: 1, kind: 'done', call: 'release', value: null });
    worker().reply({ id: 1, kind: 'cancelled' });
  });

  it('before the call sends nothing', async () => {
    const { engine, worker } = setUp();
    const call = engine.call('release', { run: 7 }, { signal: AbortSignal.abort() });
    expect(await errorOf(call)).toBeInstanceOf(CancelledError);
    expect(worker().received).toEqual([]);
  });

  it('after the end does nothing', async () => {
    const { engine, worker } = setUp();
    const controller = new AbortController();
    const call = engine.call('release', { run: 7 }, { signal: controller.signal });
    worker().reply({ id: 1, kind: 'done', call: 'release', value: null });
    await call;
    controller.abort();
    expect(worker().calls).toEqual(['release']);
  });
});

describe('a crash', () => {
  it('rejects every pending call, replays what was done, then sends later calls', async () => {
    const { engine, workers, worker, events, start } = setUp();
    await start();
    const pending = [engine.call('release', { run: 1 }), engine.call('release', { run: 2 })];
    worker().crash();
    for (const call of pending) expect(await codeOf(call)).toBe('crashed');
    expect(workers).toHaveLength(2);
    expect(worker(0).terminated).toBe(true);

    const later = engine.call('release', { run: 3 });
    expect(worker().calls).toEqual(['start']);
    expect(worker().last()).toMatchObject({ args: startArgs });
    expect(events).toEqual([]);
    worker().reply({ id: worker().last().id, kind: 'done', call: 'start', value: wasm });
    await settle();
    expect(events).toEqual([{ type: 'restarted', reason: 'RangeError: out of memory' }]);
    expect(worker().calls).toEqual(['start', 'release']);
    worker().reply({ id: worker().last().id, kind: 'done', call: 'release', value: null });
    expect(await later).toBeNull();
  });

  it('loads the model again that was loaded last', async () => {
    const { engine, worker, events, start } = setUp();
    await start();
    const value = {
      kind: 'vision',
      identity: 'https://b.example/',
      precision: 'float32',
      notKept: null,
      name: 'tiny',
      modelType: 'vit',
      parameterCount: 1,
      layerCount: 1,
      headCount: 1,
      input: {
        width: 4,
        height: 4,
        channelCount: 3,
        patchWidth: 4,
        patchHeight: 4,
        referenceCropX: 1,
        referenceCropY: 1,
      },
      specialTokens: ['[CLS]'],
      labels: [],
      labelAliases: [],
      lenses: [],
      bytes: 1,
      cached: false,
      loadMs: 1,
      warmUpMs: 1,
    } as const;
    for (const address of ['https://a.example/', 'https://b.example/']) {
      const load = engine.call('loadVisionModel', { source: { kind: 'address', address } });
      worker().reply({ id: worker().last().id, kind: 'done', call: 'loadVisionModel', value });
      await load;
    }
    const failing = engine.call('loadVisionModel', {
      source: { kind: 'address', address: 'https://c.example/' },
    });
    worker().reply({
      id: worker().last().id,
      kind: 'failed',
      failure: { code: 'model-missing', message: 'none' },
    });
    await errorOf(failing);

    worker().crash();
    worker().reply({ id: worker().last().id, kind: 'done', call: 'start', value: wasm });
    await settle();
    expect(worker().last()).toMatchObject({
      call: 'loadVisionModel',
      args: { source: { kind: 'address', address: 'https://b.example/' } },
    });
    expect(events).toEqual([]);
    worker().reply({ id: worker().last().id, kind: 'done', call: 'loadVisionModel', value });
    await settle();
    expect(events).toHaveLength(1);
  });

  it('is followed by the access tokens that the last worker had, one for each Hub', async () => {
    const { engine, worker, start } = setUp();
    await start();
    const tokens = [
      { hub: 'https://a.example/', token: 'old' },
      { hub: 'https://b.example/', token: 'b' },
      { hub: 'https://a.example/', token: null },
    ];
    for (const args of tokens) {
      const call = engine.call('setAccessToken', args);
      worker().reply({ id: worker().last().id, kind: 'done', call: 'setAccessToken', value: null });
      await call;
    }
    worker().crash();
    worker().reply({ id: worker().last().id, kind: 'done', call: 'start', value: wasm });
    await settle();
    expect(worker().last()).toMatchObject({ call: 'setAccessToken', args: tokens[2] });
    worker().reply({ id: worker().last().id, kind: 'done', call: 'setAccessToken', value: null });
    await settle();
    expect(worker().last()).toMatchObject({ call: 'setAccessToken', args: tokens[1] });
  });

  it('of a start leaves the engine ready for another start', async () => {
    const { engine, worker, events, start } = setUp();
    const call = engine.call('start', startArgs);
    worker().dispatchEvent(new Event('error'));
    expect(await codeOf(call)).toBe('crashed');
    await start();
    expect(events).toEqual([]);
  });

  it('is also a message that cannot be read', async () => {
    const { engine, worker } = setUp();
    const call = engine.call('release', { run: 1 });
    worker().dispatchEvent(new Event('messageerror'));
    expect(await codeOf(call)).toBe('crashed');
  });

  it('lets a call be aborted that waits for the replay, and never sends it', async () => {
    const { engine, worker, start } = setUp();
    await start();
    worker().crash();
    const controller = new AbortController();
    const call = engine.call('release', { run: 1 }, { signal: controller.signal });
    controller.abort();
    expect(await errorOf(call)).toBeInstanceOf(CancelledError);
    worker().reply({ id: worker().last().id, kind: 'done', call: 'start', value: wasm });
    await settle();
    expect(worker().calls).toEqual(['start']);
  });

  it('during the replay starts over, and tells of it once', async () => {
    const { worker, workers, events, start } = setUp();
    await start();
    worker().crash();
    worker().crash();
    expect(workers).toHaveLength(3);
    await settle();
    worker().reply({ id: worker().last().id, kind: 'done', call: 'start', value: wasm });
    await settle();
    expect(events).toHaveLength(1);
  });

  it('says in the event when the replay failed', async () => {
    const { worker, events, start } = setUp();
    await start();
    worker().crash('boom');
    worker().reply({
      id: worker().last().id,
      kind: 'failed',
      failure: { code: 'network', message: 'You are offline.' },
    });
    await settle();
    expect(events).toEqual([{ type: 'restarted', reason: 'boom (You are offline.)' }]);
  });

  it('for the third time within a minute ends the engine with a clear failure', async () => {
    const { engine, worker, workers, start } = setUp();
    await start();
    for (let crash = 0; crash < 3; crash += 1) worker().crash();
    expect(workers).toHaveLength(3);
    const error = await errorOf(engine.call('start', startArgs));
    expect(error).toMatchObject({ failure: { code: 'crashed' } });
    expect(String(error)).toContain('Reload the page');
  });

  it('now and then does not end the engine', async () => {
    const { worker, clock, start } = setUp();
    await start();
    for (let crash = 0; crash < 6; crash += 1) {
      clock.ms += 61_000;
      worker().crash();
      worker().reply({ id: worker().last().id, kind: 'done', call: 'start', value: wasm });
      await settle();
    }
    await start();
  });
});

it('passes the events of the worker on', () => {
  const { worker, events } = setUp();
  const event = { type: 'backend-recovered', backend: wasm, reason: 'lost' } as const;
  worker().reply({ kind: 'event', event });
  expect(events).toEqual([event]);
});

it('a disposed engine cancels what is pending and refuses what comes', async () => {
  const { engine, worker } = setUp();
  const call = engine.call('release', { run: 1 });
  engine.dispose();
  expect(await errorOf(call)).toBeInstanceOf(CancelledError);
  expect(worker().terminated).toBe(true);
  expect(await codeOf(engine.call('release', { run: 1 }))).toBe('crashed');
});
