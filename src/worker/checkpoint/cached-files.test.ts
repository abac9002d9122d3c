import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HeedFailure } from '../failure.ts';
import { openCheckpointCache } from './cache.ts';
import { openCheckpointFiles } from './cached-files.ts';
import type { Fetch } from './answer.ts';
import { MemoryCache } from './testing/memory-cache.ts';

/** Nobody waits in a test. */
const patience = { stalledMs: 50, pausesMs: [0, 0] };

const folder = 'https://example.org/models/tiny/';
const weights = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);
const digest = createHash('sha256').update(weights).digest('hex');

/** A server that counts its answers. `content` null is 404; `online` false is no network. */
class Server {
  content: Uint8Array<ArrayBuffer> | null = weights;
  version = '"1"';
  online = true;
  lengthHeader: number | null = null;
  requests: string[] = [];

  readonly fetch: Fetch = async (address, { method = 'GET' }) => {
    if (!this.online) throw new TypeError('Failed to fetch');
    this.requests.push(`${method} ${new URL(address).pathname.split('/').at(-1)}`);
    if (this.content === null) return new Response('', { status: 404 });
    return new Response(method === 'HEAD' ? null : this.content, {
      headers: {
        etag: this.version,
        'content-length': String(this.lengthHeader ?? this.content.length),
      },
    });
  };
}

/** A host that answers every address with its start page. */
const sendPage: Fetch = async () =>
  new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });

/** A connection that breaks after three bytes. */
const breakOff: Fetch = async () =>
  new Response(
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => controller.enqueue(Uint8Array.of(1, 2, 3)),
      pull: (controller) => controller.error(new TypeError('network error')),
    }),
  );

async function setUp(knownDigest: string | null = null) {
  const server = new Server();
  const memory = new MemoryCache();
  const cache = await openCheckpointCache({ open: async () => memory });
  const visit = () =>
    openCheckpointFiles(folder, {
      fetch: server.fetch,
      cache,
      digestOf: () => knownDigest,
      patience,
    });
  const read = (files = visit(), signal = new AbortController().signal) =>
    files.readBytes('model.safetensors', () => {}, signal);
  return { server, memory, visit, read };
}

async function failureOf(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HeedFailure)) throw new Error(`expected a HeedFailure, got ${error}`);
  return error.failure;
}

describe('checkpoint files', () => {
  it('come from the network first and from the cache afterwards', async () => {
    const { server, visit } = await setUp(digest);
    const progress: [number, number | null][] = [];
    const first = visit();
    const bytes = await first.readBytes(
      'model.safetensors',
      (received, total) => progress.push([received, total]),
      new AbortController().signal,
    );
    expect(bytes).toEqual(weights);
    expect(first.cameFromCache('model.safetensors')).toBe(false);
    expect(progress.at(-1)).toEqual([5000, 5000]);

    const second = visit();
    expect(
      await second.readBytes('model.safetensors', () => {}, new AbortController().signal),
    ).toEqual(weights);
    expect(second.cameFromCache('model.safetensors')).toBe(true);
    expect(server.requests).toEqual(['GET model.safetensors']);
  });

  it('without a known digest ask for the version alone, and load what has changed', async () => {
    const { server, read } = await setUp();
    await read();
    await read();
    server.content = Uint8Array.of(1, 2, 3);
    server.version = '"2"';
    expect(await read()).toEqual(Uint8Array.of(1, 2, 3));
    expect(server.requests).toEqual([
      'GET model.safetensors',
      'HEAD model.safetensors',
      'HEAD model.safetensors',
      'GET model.safetensors',
    ]);
  });

  it('treat a weak and a strong ETag of the same value alike', async () => {
    const { server, read } = await setUp();
    await read();
    server.version = 'W/"1"';
    await read();
    expect(server.requests.filter((request) => request.startsWith('GET'))).toHaveLength(1);
  });

  it('work offline on a second visit, with and without a known digest', async () => {
    for (const known of [digest, null]) {
      const { server, read, visit } = await setUp(known);
      await read();
      server.online = false;
      expect(await read()).toEqual(weights);
      expect((await visit().readText('model.safetensors')).length).toBeGreaterThan(0);
    }
  });

  it('say that the network is missing on a first visit offline', async () => {
    const { server, read } = await setUp();
    server.online = false;
    const failure = await failureOf(read());
    expect(failure.code).toBe('network');
    expect(failure.message).toContain('model.safetensors');
  });

  it('keep one content of an address, under the newest digest', async () => {
    const { memory, read } = await setUp(digest);
    memory.stored.set(`${folder}model.safetensors?heed-sha256=old`, new Response('old'));
    memory.stored.set(`${folder}config.json?heed-sha256=other`, new Response('{}'));
    await read();
    expect([...memory.stored.keys()].toSorted()).toEqual([
      `${folder}config.json?heed-sha256=other`,
      `${folder}model.safetensors?heed-sha256=${digest}`,
    ]);
  });

  it('that were cut short fail and are not stored', async () => {
    const { server, memory, read } = await setUp();
    server.lengthHeader = 6000;
    expect((await failureOf(read())).code).toBe('weights-invalid');
    expect(memory.stored.size).toBe(0);
  });

  it('whose digest is wrong are asked for once more, then fail and are not stored', async () => {
    const { server, memory, read } = await setUp(digest);
    server.content = weights.slice(0, 4000);
    expect((await failureOf(read())).code).toBe('weights-invalid');
    expect(server.requests).toHaveLength(2);
    expect(memory.stored.size).toBe(0);
  });

  it('that are missing are missing, also where the server sends a page instead', async () => {
    const { server, read } = await setUp();
    server.content = null;
    expect((await failureOf(read())).code).toBe('model-missing');
    const cache = await openCheckpointCache(undefined);
    const files = openCheckpointFiles(folder, { fetch: sendPage, cache, digestOf: () => null });
    expect((await failureOf(files.readText('config.json'))).code).toBe('model-missing');
  });

  it('break with the connection', async () => {
    const memory = new MemoryCache();
    const cache = await openCheckpointCache({ open: async () => memory });
    const files = openCheckpointFiles(folder, { fetch: breakOff, cache, digestOf: () => null });
    expect((await failureOf(files.readText('config.json'))).code).toBe('network');
    expect(memory.stored.size).toBe(0);
  });

  it('load where there is no cache, where it refuses to open, and where it is full', async () => {
    const { server, memory, read } = await setUp();
    memory.full = true;
    expect(await read()).toEqual(weights);
    const refused = await openCheckpointCache({
      open: () => Promise.reject(new DOMException('no', 'SecurityError')),
    });
    const absent = await openCheckpointCache(undefined);
    for (const cache of [refused, absent]) {
      const source = { fetch: server.fetch, cache, digestOf: () => null };
      expect(await read(openCheckpointFiles(folder, source))).toEqual(weights);
    }
  });

  it('stop when aborted, with the reason, and are not stored', async () => {
    const { memory, visit } = await setUp();
    const controller = new AbortController();
    const reading = visit().readBytes(
      'model.safetensors',
      () => controller.abort(new Error('enough')),
      controller.signal,
    );
    await expect(reading).rejects.toThrow('enough');
    expect(memory.stored.size).toBe(0);
  });
});
