import { describe, expect, it } from 'vitest';
import { HeedFailure } from '../failure.ts';
import type { Fetch } from './answer.ts';
import { download } from './download.ts';

const address = 'https://example.org/models/tiny/model.safetensors';
const content = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);
const patience = { stalledMs: 30, pausesMs: [0, 0] };

interface ServerOptions {
  /** Where each connection ends before its time; whole after the last. */
  readonly breaksAfter: readonly number[];
  readonly how?: 'breaks' | 'stalls' | 'ends';
  readonly knowsRanges?: boolean;
  /** Of each answer; the last one goes on. */
  readonly versions?: readonly (string | null)[];
}

/** A server whose connections do not hold. */
function unsteady({
  breaksAfter,
  how = 'breaks',
  knowsRanges = true,
  versions = ['"1"'],
}: ServerOptions) {
  const ranges: (string | null)[] = [];
  const fetch: Fetch = async (_, { headers }) => {
    const range = new Headers(headers).get('range');
    const end = breaksAfter[ranges.length] ?? null;
    const version = versions[Math.min(ranges.length, versions.length - 1)] ?? null;
    ranges.push(range);
    const start = knowsRanges ? Number(/\d+/.exec(range ?? '')?.[0] ?? 0) : 0;
    const rest = content.slice(start);
    const isPart = knowsRanges && range !== null;
    return new Response(
      bodyOf(end === null ? rest : rest.slice(0, end), end === null ? null : how),
      {
        status: isPart ? 206 : 200,
        headers: {
          'content-length': String(rest.length),
          ...(version === null ? {} : { etag: version }),
          ...(isPart ? { 'content-range': `bytes ${start}-999/1000` } : {}),
        },
      },
    );
  };
  return { fetch, ranges };
}

function bodyOf(bytes: Uint8Array<ArrayBuffer>, how: ServerOptions['how'] | null) {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(bytes),
    pull: (controller) => {
      if (how === 'breaks') controller.error(new TypeError('network error'));
      else if (how !== 'stalls') controller.close();
    },
  });
}

const load = (fetch: Fetch, more: { mostBytes?: number; signal?: AbortSignal } = {}) =>
  download(fetch, address, {
    onBytes: () => {},
    signal: new AbortController().signal,
    patience,
    ...more,
  });

async function failureOf(promise: Promise<unknown>) {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof HeedFailure)) throw new Error(`expected a HeedFailure, got ${error}`);
  return error.failure;
}

describe('a connection that does not hold', () => {
  for (const how of ['breaks', 'stalls', 'ends'] as const) {
    it(`is taken up where it ${how}`, async () => {
      const { fetch, ranges } = unsteady({ breaksAfter: [300, 200], how });
      expect((await load(fetch)).bytes).toEqual(content);
      expect(ranges).toEqual([null, 'bytes=300-', 'bytes=500-']);
    });
  }

  it('begins again at a server that knows no ranges', async () => {
    const { fetch } = unsteady({ breaksAfter: [300], knowsRanges: false });
    expect((await load(fetch)).bytes).toEqual(content);
  });

  it('is given up when it breaks too often', async () => {
    const { fetch, ranges } = unsteady({ breaksAfter: [100, 100, 100, 100] });
    const failure = await failureOf(load(fetch));
    expect(failure).toMatchObject({ code: 'network' });
    expect(failure.detail).toContain('300 of 1000 bytes');
    expect(ranges).toHaveLength(3);
  });

  it('is not patched together from two contents', async () => {
    const { fetch } = unsteady({ breaksAfter: [300], versions: ['"1"', '"2"'] });
    const failure = await failureOf(load(fetch));
    expect(failure.message).toContain('changed on the server');
  });

  it('is not taken up where the server does not say what it sends', async () => {
    const { fetch, ranges } = unsteady({ breaksAfter: [300], versions: [null] });
    expect((await failureOf(load(fetch))).code).toBe('network');
    expect(ranges).toHaveLength(1);
  });

  it('can be cancelled while it stalls', async () => {
    const { fetch } = unsteady({ breaksAfter: [300], how: 'stalls' });
    const controller = new AbortController();
    const loading = load(fetch, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(loading).rejects.toThrow('enough');
  });
});

function answering(status: number, headers: Record<string, string> = {}): Fetch {
  return async () => new Response('', { status, headers });
}

/** Tells no length. */
const silent: Fetch = async () => new Response(bodyOf(content, null));

describe('an answer', () => {
  it.each([401, 403])('%i says that access is denied', async (status) => {
    const failure = await failureOf(load(answering(status)));
    expect(failure.code).toBe('access-denied');
    expect(failure.message).toContain('example.org');
  });

  it('429 says when to try again', async () => {
    const failure = await failureOf(load(answering(429, { 'retry-after': '20' })));
    expect(failure.message).toContain('in 20 seconds');
  });

  it('that is too large is refused, by its header and by its bytes', async () => {
    const { fetch } = unsteady({ breaksAfter: [] });
    expect((await failureOf(load(fetch, { mostBytes: 999 }))).code).toBe('model-invalid');
    expect((await failureOf(load(silent, { mostBytes: 999 }))).code).toBe('model-invalid');
  });
});
