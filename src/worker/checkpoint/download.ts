import { bytesInWords } from '../../math/format-size.ts';
import { describeCause } from '../describe-cause.ts';
import { fail, HeedFailure } from '../failure.ts';
import { checkAnswer, fileNameOf, lengthOf, request, versionOf, type Fetch } from './answer.ts';
import { ByteCollector } from './byte-collector.ts';
import type { OnBytes } from './files.ts';

export interface Download {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What names this content among the address's contents, or null: ETag, else last change. */
  readonly version: string | null;
}

export interface DownloadOptions {
  readonly onBytes: OnBytes;
  readonly signal: AbortSignal;
  /** Passes over the browser's HTTP cache. */
  readonly reload?: boolean;
  /** A file with more bytes is refused before they are loaded. */
  readonly mostBytes?: number;
  readonly patience?: Patience;
}

/** How long a connection is waited for. Milliseconds. */
export interface Patience {
  /** A connection that brings nothing for so long is broken. */
  readonly stalledMs: number;
  /** A broken connection is taken up again, after a pause each. */
  readonly pausesMs: readonly number[];
}

const patienceOfPeople: Patience = { stalledMs: 30_000, pausesMs: [500, 2000, 8000] };

/** A connection that broke; the bytes before that are good. */
class BrokenConnection extends Error {}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, milliseconds);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The next chunk, or a broken connection if none comes in time. */
async function readInTime(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  stalledMs: number,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new BrokenConnection(`nothing came for ${stalledMs} ms`)),
      stalledMs,
    );
  });
  try {
    return await Promise.race([reader.read(), stalled]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Reads a body to its end.
 * @throws BrokenConnection, the signal's reason, and what `onChunk` throws
 */
async function readChunks(
  response: Response,
  onChunk: (chunk: Uint8Array) => void,
  signal: AbortSignal,
  stalledMs: number,
): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  // A read that waits does not see the signal.
  const onAbort = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      const part = await readInTime(reader, stalledMs);
      signal.throwIfAborted();
      if (part.done) return;
      onChunk(part.value);
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    signal.throwIfAborted();
    if (error instanceof HeedFailure) throw error;
    throw new BrokenConnection(describeCause(error));
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * Reads a body's first bytes and gives up the rest.
 * @throws HeedFailure `network` if the connection breaks before
 */
export async function readBeginning(
  address: string,
  response: Response,
  byteCount: number,
  signal: AbortSignal,
  { stalledMs } = patienceOfPeople,
): Promise<Uint8Array<ArrayBuffer>> {
  const collector = new ByteCollector(null);
  const enough = new AbortController();
  try {
    await readChunks(
      response,
      (chunk) => {
        collector.add(chunk.subarray(0, byteCount - collector.length));
        if (collector.length >= byteCount) enough.abort();
      },
      AbortSignal.any([signal, enough.signal]),
      stalledMs,
    );
  } catch (error) {
    signal.throwIfAborted();
    if (!enough.signal.aborted) {
      const name = fileNameOf(address);
      const detail = `${address}: ${describeCause(error)}`;
      fail('network', `The connection broke while ${name} was loading.`, detail);
    }
  }
  return collector.finish();
}

/** Whether an answer goes on with the same content where the bytes so far end. */
function goesOn({ status, headers }: Response, received: number, version: string): boolean {
  const [, start] = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '') ?? [];
  // Other origins may keep the header to themselves; the range was asked for.
  const isNext = !headers.has('content-range') || Number(start) === received;
  return status === 206 && isNext && versionOf(headers) === version;
}

/**
 * Loads one file whole. A connection that breaks or stalls is taken up where it broke, if the server
 * says which content it sends.
 * @param address absolute
 * @throws HeedFailure `model-missing`, `access-denied`, `network`, `model-invalid` for a file that is
 *   too large, `weights-invalid` for one that ends before the server said
 */
export async function download(
  fetch: Fetch,
  address: string,
  { onBytes, signal, reload = false, mostBytes, patience = patienceOfPeople }: DownloadOptions,
): Promise<Download> {
  const name = fileNameOf(address);
  const options = { signal, ...(reload ? { cache: 'reload' as const } : {}) };
  let response = await request(fetch, address, options, patience.stalledMs);
  checkAnswer(address, response);
  const version = versionOf(response.headers);
  const total = lengthOf(response.headers);
  const collector = new ByteCollector(total);
  const checkLength = (length: number): void => {
    if (mostBytes !== undefined && length > mostBytes)
      fail('model-invalid', `${name} is larger than ${bytesInWords(mostBytes)}.`, address);
  };
  checkLength(total ?? 0);
  const onChunk = (chunk: Uint8Array): void => {
    checkLength(collector.length + chunk.length);
    collector.add(chunk);
    onBytes(collector.length, total);
  };

  for (let attempt = 0; ; attempt += 1) {
    let reason = 'the body ended early';
    let isBroken = false;
    try {
      await readChunks(response, onChunk, signal, patience.stalledMs);
      if (total === null || collector.length === total)
        return { bytes: collector.finish(), version };
    } catch (error) {
      if (!(error instanceof BrokenConnection)) throw error;
      reason = error.message;
      isBroken = true;
    }
    const detail = `${address}: ${collector.length} of ${total ?? 'unknown'} bytes: ${reason}`;
    const rest = patience.pausesMs[attempt];
    if (rest === undefined || version === null || total === null || collector.length > total) {
      if (isBroken)
        return fail('network', `The connection broke while ${name} was loading.`, detail);
      return fail(
        'weights-invalid',
        `${name} was cut short: ${collector.length} of ${total} bytes arrived.`,
        address,
      );
    }
    await pause(rest, signal);
    // Without `If-Range`, for which other origins would be asked first: the version is compared here.
    const headers = { Range: `bytes=${collector.length}-` };
    response = await request(fetch, address, { ...options, headers }, patience.stalledMs);
    checkAnswer(address, response);
    // A server that knows no ranges, or has other content by now, sends all of it.
    if (!goesOn(response, collector.length, version)) {
      if (response.status === 206 || versionOf(response.headers) !== version)
        return fail('network', `${name} changed on the server while it was loading.`, detail);
      collector.clear();
    }
  }
}

/**
 * Reads a stored answer.
 * @throws HeedFailure `network` if the store breaks
 */
export async function readStoredBody(
  address: string,
  response: Response,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const total = lengthOf(response.headers);
  const collector = new ByteCollector(total);
  try {
    await readChunks(
      response,
      (chunk) => {
        collector.add(chunk);
        onBytes(collector.length, total);
      },
      signal,
      patienceOfPeople.stalledMs,
    );
  } catch (error) {
    if (!(error instanceof BrokenConnection)) throw error;
    fail(
      'network',
      `${fileNameOf(address)} could not be read from this browser’s storage.`,
      error.message,
    );
  }
  return collector.finish();
}
